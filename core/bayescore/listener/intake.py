"""The one writer of points: requests of many trials, committed together.

A request is answered with success only after its transaction has been committed.
Requests that arrive while a commit is under way share the next one, so the rate does
not depend on the length of a commit.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import sqlalchemy as sa

from bayescore.errors import BayesdeskError
from bayescore.i18n import Text, text
from bayescore.listener.reports import Report, read_spool
from bayescore.store import Database, NewPoints, Trial, notes, points

_log = logging.getLogger(__name__)
_MOST_AT_ONCE = 2000
R_contra = TypeVar("R_contra", bound="Reporting", contravariant=True)


class Reporting(Protocol):
    """Something that may report: the last part of its address, and the token that proves who it is."""

    @property
    def address(self) -> str:
        """As it stands in the URL behind ``/trials/``."""
        ...

    @property
    def token(self) -> str:
        """Sent with each report."""
        ...


@dataclass(frozen=True)
class Reporter:
    """A trial that may report, and what is expected of it."""

    trial: Trial
    job_seq: int
    metric: str
    side_metrics: tuple[str, ...]
    spool: Path

    @property
    def address(self) -> str:
        """See :class:`Reporting`."""
        return str(self.trial.id)

    @property
    def token(self) -> str:
        """See :class:`Reporting`."""
        return self.trial.token


@dataclass
class _Order:
    reporter: Reporter
    report: Report | None
    done: Future[None]


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
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._seen: set[tuple[int, int]] = set()
        self._unkept: set[str] = set()  # tokens, which each attempt has of its own

    def start(self) -> None:
        """Start writing."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is waiting, then stop."""
        self._orders.put(None)
        self._thread.join()

    def submit(self, reporter: Reporter, report: Report | None) -> Future[None]:
        """Have a report written, after what waits in the trial's spool file.

        ``None`` asks for the spool file only.  The future ends when it is committed,
        or with the :class:`BayesdeskError` that kept it from that.
        """
        order = _Order(reporter, report, Future())
        self._orders.put(order)
        return order.done

    def has_unkept(self, reporter: Reporter) -> bool:
        """See :class:`Takes`."""
        return reporter.token in self._unkept

    def note_refusal(self, reporter: Reporter, reason: Text) -> None:
        """See :class:`Takes`."""
        message = text("A report of the program was refused: {reason}", reason=reason)
        trial = reporter.trial
        try:
            with self._database.write() as connection:
                notes.add_event(
                    connection, trial.job, "report_refused", message, trial=trial.number, level="warning"
                )
        except BayesdeskError:
            _log.exception("a refused report could not be noted")

    def _run(self) -> None:
        stopping = False
        while not stopping:
            orders = [self._orders.get()]
            while len(orders) < _MOST_AT_ONCE:
                try:
                    orders.append(self._orders.get_nowait())
                except queue.Empty:
                    break
            stopping = None in orders
            batch = [order for order in orders if order is not None]
            if batch:
                self._write(batch)

    def _write(self, batch: list[_Order]) -> None:
        try:
            with self._database.write() as connection:
                spooled: set[int] = set()
                for order in batch:
                    if order.reporter.trial.id not in spooled:
                        spooled.add(order.reporter.trial.id)
                        self._take_spool(connection, order.reporter)
                    if order.report is not None:
                        self._append(connection, order.reporter, [order.report])
        except Exception as error:
            known = error if isinstance(error, BayesdeskError) else BayesdeskError(Text("{e}", {"e": error}))
            _log.error("points could not be written: %s", known, exc_info=None if known is error else error)
            self._writer.forget()
            self._seen.clear()
            self._unkept |= {order.reporter.token for order in batch if order.report is not None}
            for order in batch:
                order.done.set_exception(known)
        else:
            for order in batch:
                order.done.set_result(None)

    def _take_spool(self, connection: sa.Connection, reporter: Reporter) -> None:
        if not reporter.spool.exists():
            return
        while True:
            offset = points.spool_offset(connection, reporter.trial)
            part = read_spool(reporter.spool, offset)
            if part.offset == offset:
                return
            self._append(connection, reporter, list(part.reports))
            points.set_spool_offset(connection, reporter.trial, part.offset)
            if part.broken:
                _log.warning("trial %s: %s broken lines in its spool", reporter.trial.id, part.broken)

    def _append(self, connection: sa.Connection, reporter: Reporter, reports: list[Report]) -> None:
        trial = reporter.trial
        self._writer.append(
            connection,
            [
                NewPoints(reporter.job_seq, trial.id, trial.attempt, r.values, r.parameters, r.clear)
                for r in reports
            ],
        )
        names = tuple(dict.fromkeys(name for report in reports for name, _ in report.values))
        if names and (trial.id, trial.attempt) not in self._seen:
            self._seen.add((trial.id, trial.attempt))
            self._first_metrics(connection, reporter, names)


def note_unexpected_metrics(connection: sa.Connection, reporter: Reporter, names: tuple[str, ...]) -> None:
    """Warn, once per attempt, when the first metrics of a trial are not those of the file."""
    from bayescore.config.reader import nearest

    expected = {reporter.metric, *reporter.side_metrics}
    if expected & set(names):
        return
    trial = reporter.trial
    if any(
        e.kind == "other_metric" and e.trial == trial.number for e in notes.events_of(connection, trial.job)
    ):
        return
    close = nearest(reporter.metric, names) or names[0]
    notes.add_event(
        connection,
        trial.job,
        "other_metric",
        text(
            "The program reports “{close}”; the objective is called “{metric}”. "
            "If they are the same, use one name in both places.",
            close=close,
            metric=reporter.metric,
        ),
        trial=trial.number,
        level="warning",
    )
