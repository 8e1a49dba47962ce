"""The one writer of points: requests of many trials, committed together.

A request is answered with success only after its transaction has been committed.
Requests that arrive while a commit is under way share the next one, so the rate does
not depend on the length of a commit.

The work of a transaction is bounded. An attempt adds one batch to a transaction: a part of its spool
file, or its requests once the file has been read to the end. An attempt that has more waits in a second
queue (the backlog), from which each transaction takes one attempt.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

import sqlalchemy as sa

from bayescore.errors import BayesdeskError, ListenerError, StoreError
from bayescore.i18n import Text, text
from bayescore.listener.attempt import Attempt, Batch, PendingReport
from bayescore.listener.reporter import Reporter, ReporterIdentity
from bayescore.listener.reports import BadReportError, Report
from bayescore.store import Database, NewPoints, events, points

_log = logging.getLogger(__name__)
_MAX_PER_BATCH = 2000  # submissions read from the queue before a transaction
_WORK = 4000  # approximate cost of the reports of one transaction: a tenth of a second
_CLEARED_ROWS = 20_000  # rows deleted in one transaction
_MAX_ATTEMPTS = 1000  # attempts kept in memory; the state of others is loaded from the store again
R_contra = TypeVar("R_contra", bound="ReporterIdentity", contravariant=True)


FirstMetrics = Callable[[sa.Connection, Reporter, tuple[str, ...]], None]


class ReportSink(Protocol[R_contra]):
    """Stores the reports that the listener receives."""

    def start(self) -> None:
        """Start storing reports."""
        ...

    def stop(self) -> None:
        """Store pending reports, then stop."""
        ...

    def submit(self, reporter: R_contra, report: Report | None) -> Future[None]:
        """Store a report; the future completes once it is stored, or fails with the reason."""
        ...

    def has_lost_reports(self, reporter: R_contra) -> bool:
        """Whether a report of this reporter could not be stored."""
        ...

    def record_refusal(self, reporter: R_contra, reason: Text) -> None:
        """Record a refused report where the trial's author finds it."""
        ...


class Intake:
    """A thread that writes the reports of trials into the store."""

    def __init__(self, database: Database, first_metrics: FirstMetrics) -> None:
        self._database = database
        self._first_metrics = first_metrics
        self._writer = points.PointWriter()
        self._queue: queue.SimpleQueue[PendingReport | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._attempts: OrderedDict[tuple[int, int], Attempt] = OrderedDict()
        self._ready: deque[Attempt] = deque()
        self._backlog: deque[Attempt] = deque()
        self._pause_until = 0.0
        self._lost: set[str] = set()  # tokens, which are unique to an attempt

    def start(self) -> None:
        """Start writing."""
        self._thread.start()

    def stop(self) -> None:
        """Write pending reports, then stop; the rest of long spool files is read after the next start."""
        self._queue.put(None)
        self._thread.join()

    def submit(self, reporter: Reporter, report: Report | None) -> Future[None]:
        """Write a report after the unread part of the trial's spool file.

        ``None`` reads the spool file only. The future completes once the transaction has been
        committed, or fails with a :class:`BayesdeskError`.
        """
        request = PendingReport(reporter, report, Future())
        self._queue.put(request)
        return request.done

    def has_lost_reports(self, reporter: Reporter) -> bool:
        """See :class:`ReportSink`."""
        return reporter.token in self._lost

    def record_refusal(self, reporter: Reporter, reason: Text) -> None:
        """See :class:`ReportSink`."""
        message = text("A report of the program was refused: {reason}", reason=reason)
        try:
            with self._database.write() as connection:
                _note(connection, reporter, "report_refused", message)
        except BayesdeskError:
            _log.exception("a refused report could not be recorded")

    # ---- choosing batches

    def _run(self) -> None:
        is_ending = False
        while not is_ending or self._ready:
            is_ending = self._collect() or is_ending
            try:
                if batches := self._next_batches():
                    self._write(batches)
            except Exception as error:
                _log.exception("unexpected error in the intake")
                self._fail_all(error)
        self._fail_all(ListenerError(text("The engine is stopping.")))

    def _collect(self) -> bool:
        """Queue submitted reports, and wait if there is nothing to do; whether to stop."""
        wait = 0.0 if self._ready else None
        if self._backlog and wait is None:
            wait = max(0.0, self._pause_until - time.monotonic())
        is_ending = False
        for _ in range(_MAX_PER_BATCH):
            try:
                request = self._queue.get(timeout=wait) if wait != 0 else self._queue.get_nowait()
            except queue.Empty:
                break
            wait = 0.0
            if request is None:
                is_ending = True
                continue
            attempt = self._attempt_of(request.reporter)
            attempt.pending.append(request)
            if not attempt.is_queued:
                attempt.is_queued = True
                self._ready.append(attempt)
        return is_ending

    def _attempt_of(self, reporter: Reporter) -> Attempt:
        key = (reporter.trial.id, reporter.trial.attempt)
        attempt = self._attempts.get(key)
        if attempt is None:
            if len(self._attempts) >= _MAX_ATTEMPTS:
                idle = next((k for k, each in self._attempts.items() if not each.is_queued), None)
                if idle is not None:
                    del self._attempts[idle]
            attempt = self._attempts[key] = Attempt(reporter)
        self._attempts.move_to_end(key)
        attempt.reporter = reporter
        return attempt

    def _next_batches(self) -> list[Batch]:
        """Batches of the next transaction; files are read and parsed before it begins."""
        batches: list[Batch] = []
        cost = 0
        while self._ready and cost < _WORK:
            batches += self._batch_of(self._ready.popleft())
            cost += batches[-1].cost if batches else 0
        if self._backlog and (time.monotonic() >= self._pause_until):
            batches += self._batch_of(self._backlog.popleft())
        return batches

    def _batch_of(self, attempt: Attempt) -> list[Batch]:
        try:
            if not attempt.is_loaded:
                with self._database.read() as connection:
                    attempt.load(connection)
            return [attempt.next_batch(_WORK)]
        except BayesdeskError as error:
            self._fail(attempt, error)
            return []

    def _settle(self, batch: Batch) -> None:
        """Answer committed requests, and put an attempt that has more into the backlog."""
        attempt = batch.attempt
        for request, error in attempt.settle(batch):
            request.answer(error)
        attempt.is_queued = bool(attempt.pending)
        if attempt.pending:
            self._backlog.append(attempt)

    def _fail(self, attempt: Attempt, error: BaseException) -> None:
        """Fail the requests of an attempt; unread lines of its spool file stay there."""
        pending = list(attempt.pending)
        attempt.pending.clear()
        attempt.is_queued = attempt.is_loaded = False
        self._lost |= {request.reporter.token for request in pending if request.report is not None}
        for request in pending:
            request.answer(error)

    def _fail_all(self, error: BaseException) -> None:
        for attempt in [a for a in self._attempts.values() if a.is_queued]:
            self._fail(attempt, error)
        self._ready.clear()
        self._backlog.clear()

    # ---- writing

    def _write(self, batches: list[Batch]) -> None:
        began = time.monotonic()
        try:
            try:
                self._commit(batches, one_by_one=False)
            except StoreError:
                raise
            except Exception:
                _log.exception("reports could not be written together; writing each one separately")
                self._writer.forget()
                for batch in batches:
                    batch.reset()
                self._commit(batches, one_by_one=True)
        except Exception as error:
            known = error if isinstance(error, BayesdeskError) else BayesdeskError(Text("{e}", {"e": error}))
            _log.error("points could not be written: %s", known, exc_info=None if known is error else error)
            self._writer.forget()
            for batch in batches:
                self._fail(batch.attempt, known)
        else:
            for batch in batches:
                self._settle(batch)
        if any(batch.attempt.pending for batch in batches):
            # Leave the store unlocked for as long as it was locked: other processes write, too.
            self._pause_until = 2 * time.monotonic() - began

    def _commit(self, batches: list[Batch], *, one_by_one: bool) -> None:
        if not any(batch.writes for batch in batches):  # notifications without new lines
            for batch in batches:
                batch.done = len(batch.items)
            return
        rows_to_clear = _CLEARED_ROWS
        new: list[NewPoints] = []  # of all batches: one statement costs less than many
        with self._database.write() as connection:
            for batch in batches:
                rows_to_clear = self._write_reports(
                    connection, batch, new, rows_to_clear, one_by_one=one_by_one
                )
            self._writer.append(connection, new)
            for batch in batches:
                self._write_state(connection, batch)

    def _write_reports(
        self,
        connection: sa.Connection,
        batch: Batch,
        new: list[NewPoints],
        rows_to_clear: int,
        *,
        one_by_one: bool,
    ) -> int:
        """Write a batch or append it to ``new``; returns how many rows this transaction may still delete."""
        attempt, reporter = batch.attempt, batch.attempt.reporter
        trial = reporter.trial

        def flush() -> None:
            self._writer.append(connection, new)
            new.clear()

        for item in batch.items:
            report = item.report
            try:
                if isinstance(report, BadReportError):
                    raise report
                if report is not None:
                    attempt.check_names(report)
                    if report.clear is not None:
                        flush()
                        gone = points.clear(connection, trial.id, trial.attempt, report.clear, rows_to_clear)
                        rows_to_clear -= gone
                        if rows_to_clear <= 0:
                            break  # there may be more: the next batch begins with the same line
                    new.append(
                        NewPoints(reporter.job_seq, trial.id, trial.attempt, report.values, report.parameters)
                    )
                    if one_by_one:
                        with connection.begin_nested():
                            flush()
            except (sa.exc.DatabaseError, StoreError):
                raise
            except BadReportError as error:
                item.refused = error
            except Exception as error:
                if not one_by_one:
                    raise
                _log.exception("trial %s: a report could not be stored", trial.id)
                new.clear()
                self._writer.forget()
                item.refused = BadReportError(text("It cannot be stored: {reason}", reason=str(error)))
            batch.done += 1
        return rows_to_clear

    def _write_state(self, connection: sa.Connection, batch: Batch) -> None:
        """Write what belongs to the points of a batch: the offset in the spool file, and warnings."""
        attempt, reporter = batch.attempt, batch.attempt.reporter
        if (offset := batch.offset) is not None:
            points.set_spool_offset(connection, reporter.trial, offset)
        for kind, message in attempt.warnings(batch):
            if not events.exists(connection, reporter.trial.job, kind, reporter.trial.number):
                _note(connection, reporter, kind, message)
        names = batch.metric_names() if not attempt.has_metrics else ()
        if names:
            self._first_metrics(connection, reporter, names)


def _note(connection: sa.Connection, reporter: Reporter, kind: str, message: Text) -> None:
    trial = reporter.trial
    events.add(connection, trial.job, kind, message, trial=trial.number, level="warning")


def warn_of_unexpected_metrics(connection: sa.Connection, reporter: Reporter, names: tuple[str, ...]) -> None:
    """Warn once if none of the first metrics of a trial is named in the file."""
    from bayescore.config.reader import closest_match

    expected = {reporter.metric, *reporter.side_metrics}
    if expected & set(names):
        return
    if events.exists(connection, reporter.trial.job, "other_metric", reporter.trial.number):
        return
    close = closest_match(reporter.metric, names) or names[0]
    message = text(
        "The program reports “{close}”; the objective is called “{metric}”. "
        "If they are the same, use one name in both places.",
        close=close,
        metric=reporter.metric,
    )
    _note(connection, reporter, "other_metric", message)
