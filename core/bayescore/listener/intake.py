"""The one writer of points: requests of many trials, committed together.

A request is answered with success only after its transaction has been committed.
Requests that arrive while a commit is under way share the next one, so the rate does
not depend on the length of a commit.

The work of a transaction is bounded. Attempts take turns: in one turn an attempt brings a
part of its spool file, or, once that is taken in, its requests. An attempt that has more
goes to the end of a second queue, of which one has its turn in each transaction.
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
from bayescore.listener.attempt import Attempt, Order, Turn
from bayescore.listener.reporter import Reporter, Reporting
from bayescore.listener.reports import BadReportError, Report
from bayescore.store import Database, NewPoints, events, points

_log = logging.getLogger(__name__)
_MOST_AT_ONCE = 2000
_WORK = 4000  # cost of the reports of one transaction, about: a tenth of a second
_CLEARED_ROWS = 20_000  # deleted in one transaction
_REMEMBERED = 1000  # attempts; the others are looked up in the store again
R_contra = TypeVar("R_contra", bound="Reporting", contravariant=True)


FirstMetrics = Callable[[sa.Connection, Reporter, tuple[str, ...]], None]


class Takes(Protocol[R_contra]):
    """What keeps the reports that the listener hears."""

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """Keep what is waiting, then end."""
        ...

    def submit(self, reporter: R_contra, report: Report | None) -> Future[None]:
        """Have a report kept; the future ends when it is, or with the reason why it is not."""
        ...

    def has_unkept(self, reporter: R_contra) -> bool:
        """Whether a report of this reporter could not be kept."""
        ...

    def note_refusal(self, reporter: R_contra, reason: Text) -> None:
        """Tell the trial's author of a report that was refused."""
        ...


class Intake:
    """A thread that writes what trials report."""

    def __init__(self, database: Database, first_metrics: FirstMetrics) -> None:
        self._database = database
        self._first_metrics = first_metrics
        self._writer = points.PointWriter()
        self._orders: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._attempts: OrderedDict[tuple[int, int], Attempt] = OrderedDict()
        self._fresh: deque[Attempt] = deque()
        self._behind: deque[Attempt] = deque()
        self._pause_until = 0.0
        self._unkept: set[str] = set()  # tokens, which each attempt has of its own

    def start(self) -> None:
        """Start writing."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is waiting, then stop; what is left of long spool files waits for the next start."""
        self._orders.put(None)
        self._thread.join()

    def submit(self, reporter: Reporter, report: Report | None) -> Future[None]:
        """Have a report written, after what waits in the trial's spool file.

        ``None`` asks for the spool file only.  The future ends when it is committed,
        or with the :class:`BayesdeskError` that kept it from that.
        """
        order = Order(reporter, report, Future())
        self._orders.put(order)
        return order.done

    def has_unkept(self, reporter: Reporter) -> bool:
        """See :class:`Takes`."""
        return reporter.token in self._unkept

    def note_refusal(self, reporter: Reporter, reason: Text) -> None:
        """See :class:`Takes`."""
        message = text("A report of the program was refused: {reason}", reason=reason)
        try:
            with self._database.write() as connection:
                _note(connection, reporter, "report_refused", message)
        except BayesdeskError:
            _log.exception("a refused report could not be noted")

    # ---- whose turn it is

    def _run(self) -> None:
        is_ending = False
        while not is_ending or self._fresh:
            is_ending = self._collect() or is_ending
            try:
                if turns := self._next_turns():
                    self._write(turns)
            except Exception as error:
                _log.exception("the intake goes on after a fault")
                self._fail_all(error)
        self._fail_all(ListenerError(text("The engine is ending.")))

    def _collect(self) -> bool:
        """Queue what was submitted, waiting for something to do; whether the end is wanted."""
        wait = 0.0 if self._fresh else None
        if self._behind and wait is None:
            wait = max(0.0, self._pause_until - time.monotonic())
        is_ending = False
        for _ in range(_MOST_AT_ONCE):
            try:
                order = self._orders.get(timeout=wait) if wait != 0 else self._orders.get_nowait()
            except queue.Empty:
                break
            wait = 0.0
            if order is None:
                is_ending = True
                continue
            attempt = self._attempt_of(order.reporter)
            attempt.orders.append(order)
            if not attempt.is_queued:
                attempt.is_queued = True
                self._fresh.append(attempt)
        return is_ending

    def _attempt_of(self, reporter: Reporter) -> Attempt:
        key = (reporter.trial.id, reporter.trial.attempt)
        attempt = self._attempts.get(key)
        if attempt is None:
            if len(self._attempts) >= _REMEMBERED:
                idle = next((k for k, each in self._attempts.items() if not each.is_queued), None)
                if idle is not None:
                    del self._attempts[idle]
            attempt = self._attempts[key] = Attempt(reporter)
        self._attempts.move_to_end(key)
        attempt.reporter = reporter
        return attempt

    def _next_turns(self) -> list[Turn]:
        """What goes into one transaction; files are read and parsed before it begins."""
        turns: list[Turn] = []
        cost = 0
        while self._fresh and cost < _WORK:
            turns += self._turn_of(self._fresh.popleft())
            cost += turns[-1].cost if turns else 0
        if self._behind and (time.monotonic() >= self._pause_until):
            turns += self._turn_of(self._behind.popleft())
        return turns

    def _turn_of(self, attempt: Attempt) -> list[Turn]:
        try:
            if not attempt.is_loaded:
                with self._database.read() as connection:
                    attempt.load(connection)
            return [attempt.next_turn(_WORK)]
        except BayesdeskError as error:
            self._fail(attempt, error)
            return []

    def _settle(self, turn: Turn) -> None:
        """After the commit: answer, and queue again what has more."""
        attempt = turn.attempt
        for order, error in attempt.settle(turn):
            order.answer(error)
        attempt.is_queued = bool(attempt.orders)
        if attempt.orders:
            self._behind.append(attempt)

    def _fail(self, attempt: Attempt, error: BaseException) -> None:
        """Nothing of this attempt was written; what it says in its file stays there."""
        orders = list(attempt.orders)
        attempt.orders.clear()
        attempt.is_queued = attempt.is_loaded = False
        self._unkept |= {order.reporter.token for order in orders if order.report is not None}
        for order in orders:
            order.answer(error)

    def _fail_all(self, error: BaseException) -> None:
        for attempt in [a for a in self._attempts.values() if a.is_queued]:
            self._fail(attempt, error)
        self._fresh.clear()
        self._behind.clear()

    # ---- writing

    def _write(self, turns: list[Turn]) -> None:
        began = time.monotonic()
        try:
            try:
                self._commit(turns, one_by_one=False)
            except StoreError:
                raise
            except Exception:
                _log.exception("reports could not be written together, each is written alone")
                self._writer.forget()
                for turn in turns:
                    turn.reset()
                self._commit(turns, one_by_one=True)
        except Exception as error:
            known = error if isinstance(error, BayesdeskError) else BayesdeskError(Text("{e}", {"e": error}))
            _log.error("points could not be written: %s", known, exc_info=None if known is error else error)
            self._writer.forget()
            for turn in turns:
                self._fail(turn.attempt, known)
        else:
            for turn in turns:
                self._settle(turn)
        if any(turn.attempt.orders for turn in turns):
            # Other processes that write wait for a moment in which the store is free.
            self._pause_until = 2 * time.monotonic() - began

    def _commit(self, turns: list[Turn], *, one_by_one: bool) -> None:
        if not any(turn.writes for turn in turns):  # bells without news
            for turn in turns:
                turn.done = len(turn.items)
            return
        rows_to_clear = _CLEARED_ROWS
        new: list[NewPoints] = []  # of all of them: one statement costs less than many
        with self._database.write() as connection:
            for turn in turns:
                rows_to_clear = self._apply(connection, turn, new, rows_to_clear, one_by_one=one_by_one)
            self._writer.append(connection, new)
            for turn in turns:
                self._finish(connection, turn)

    def _apply(
        self,
        connection: sa.Connection,
        turn: Turn,
        new: list[NewPoints],
        rows_to_clear: int,
        *,
        one_by_one: bool,
    ) -> int:
        """Write a turn, or leave it in ``new``; how many rows may still be deleted in this transaction."""
        attempt, reporter = turn.attempt, turn.attempt.reporter
        trial = reporter.trial

        def flush() -> None:
            self._writer.append(connection, new)
            new.clear()

        for item in turn.items:
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
                            break  # there may be more: the same line has the next turn
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
                _log.exception("trial %s: a report cannot be stored", trial.id)
                new.clear()
                self._writer.forget()
                item.refused = BadReportError(text("It cannot be stored: {reason}", reason=str(error)))
            turn.done += 1
        return rows_to_clear

    def _finish(self, connection: sa.Connection, turn: Turn) -> None:
        """What goes with the points of a turn: how far the file is taken in, and warnings."""
        attempt, reporter = turn.attempt, turn.attempt.reporter
        if (offset := turn.offset) is not None:
            points.set_spool_offset(connection, reporter.trial, offset)
        for kind, message in attempt.warnings(turn):
            if not events.exists(connection, reporter.trial.job, kind, reporter.trial.number):
                _note(connection, reporter, kind, message)
        names = turn.metric_names() if not attempt.has_metrics else ()
        if names:
            self._first_metrics(connection, reporter, names)


def _note(connection: sa.Connection, reporter: Reporter, kind: str, message: Text) -> None:
    trial = reporter.trial
    events.add(connection, trial.job, kind, message, trial=trial.number, level="warning")


def note_unexpected_metrics(connection: sa.Connection, reporter: Reporter, names: tuple[str, ...]) -> None:
    """Warn, once per attempt, when the first metrics of a trial are not those of the file."""
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
