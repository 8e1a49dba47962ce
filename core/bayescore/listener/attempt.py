"""The state of an attempt in the intake, and its batch of reports for one transaction."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field

import sqlalchemy as sa

from bayescore.i18n import Text, text
from bayescore.listener.reporter import Reporter
from bayescore.listener.reports import BadReportError, Report
from bayescore.listener.spool import SpoolPart, data_before, read_spool, size_of
from bayescore.store import points

MAX_SPOOL_BYTES = 256 * 2**20  # read from the file of one attempt: 2,900,000 reports, a minute's work
MAX_NAMES = 1000  # of metrics, and of parameters: the window shows a curve, or a row, for each of them


@dataclass
class PendingReport:
    """A report that is not written yet; ``None`` asks to read the spool file only."""

    reporter: Reporter
    report: Report | None
    done: Future[None]

    def answer(self, error: BaseException | None) -> None:
        """Complete the future, unless its request was cancelled."""
        if not self.done.set_running_or_notify_cancel():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


@dataclass
class Item:
    """One report of a batch, from a line of the file or from a request, and why it was refused."""

    report: Report | BadReportError | None
    end: int = 0
    request: PendingReport | None = None
    refused: BadReportError | None = None


@dataclass
class Batch:
    """Reports of an attempt for one transaction; the first ``done`` items are part of it."""

    attempt: Attempt
    part: SpoolPart
    items: list[Item]
    is_full: bool
    done: int = 0

    @property
    def cost(self) -> int:
        """Cost of writing it; see :attr:`Report.cost`."""
        return sum(item.report.cost if isinstance(item.report, Report) else 1 for item in self.items)

    @property
    def writes(self) -> bool:
        """Whether it changes the store."""
        return self.is_full or any(item.report is not None for item in self.items)

    @property
    def offset(self) -> int | None:
        """Offset behind the last line that was written; ``None`` if no line was."""
        ends = [item.end for item in self.items[: self.done] if item.request is None]
        return ends[-1] if ends else None

    def reset(self) -> None:
        """Start over after a transaction that failed."""
        self.done = 0
        for item in self.items:
            item.refused = None
        self.attempt.reset_warnings()

    def metric_names(self) -> tuple[str, ...]:
        """Metrics that were written, in order of arrival."""
        reports = [
            i.report for i in self.items[: self.done] if isinstance(i.report, Report) and not i.refused
        ]
        return tuple(dict.fromkeys(name for report in reports for name, _ in report.values))


@dataclass
class Attempt:
    """One attempt of a trial: its pending reports and the state of its spool file.

    Names are kept as hashes because each may have thousands of letters.
    """

    reporter: Reporter
    pending: deque[PendingReport] = field(default_factory=deque)
    is_queued: bool = False
    is_loaded: bool = False
    has_metrics: bool = False
    _offset: int = 0
    _read: int = 0
    _metrics: set[int] = field(default_factory=set)
    _parameters: set[int] = field(default_factory=set)
    _warned: set[str] = field(default_factory=set)

    def load(self, connection: sa.Connection) -> None:
        """Load the state of the attempt from the store and the spool file."""
        self._offset = points.spool_offset(connection, self.reporter.trial)
        self._read = data_before(self.reporter.spool, self._offset)
        reported, logged = points.names_of(connection, self.reporter.trial)
        self._metrics, self._parameters = {hash(n) for n in reported}, {hash(n) for n in logged}
        self._warned.clear()
        self.has_metrics, self.is_loaded = bool(reported), True

    def reset_warnings(self) -> None:
        """Look up in the store again which warnings there are."""
        self._warned.clear()

    def next_batch(self, most: int) -> Batch:
        """A part of the file; at its end, also pending reports of about the cost ``most``."""
        part, is_full = SpoolPart((), self._offset, is_last=True), False
        if size_of(self.reporter.spool) > self._offset:
            found = read_spool(self.reporter.spool, self._offset)
            is_full = self._read >= MAX_SPOOL_BYTES and bool(found.lines)
            part = part if self._read >= MAX_SPOOL_BYTES else found
        items = [Item(line.report, line.end) for line in part.lines]
        if part.is_last:
            items += [Item(request.report, request=request) for request in self._orders_up_to(most)]
        return Batch(self, part, items, is_full and "spool_full" not in self._warned)

    def _orders_up_to(self, most: int) -> Iterator[PendingReport]:
        for request in self.pending:
            yield request
            most -= request.report.cost if request.report is not None else 0
            if most <= 0:
                return

    def check_names(self, report: Report) -> None:
        """Check a report's names against the limit.

        Raises
        ------
        BadReportError
            When the attempt has used too many different names of metrics or parameters.
        """
        for known, names in (
            (self._metrics, {hash(name) for name, _ in report.values}),
            (self._parameters, {hash(name) for name in report.parameters}),
        ):
            if not names <= known:
                if len(known | names) > MAX_NAMES:
                    raise BadReportError(
                        text(
                            "A trial can report {most} different names of metrics or parameters.",
                            most=MAX_NAMES,
                        )
                    )
                known |= names

    def settle(self, batch: Batch) -> list[tuple[PendingReport, BadReportError | None]]:
        """Note what was committed; returns the completed requests, each with the reason if it was refused."""
        if (offset := batch.offset) is not None:
            self._read += offset - batch.part.start
            self._offset = offset
        self.has_metrics = self.has_metrics or bool(batch.metric_names())
        written = batch.items[: batch.done]
        answered = [(item.request, item.refused) for item in written if item.request is not None]
        for _ in answered:
            self.pending.popleft()
        return answered

    def warnings(self, batch: Batch) -> Iterator[tuple[str, Text]]:
        """Kind and text of the warnings of this batch; each kind once an attempt."""
        if batch.is_full:
            self._warned.add("spool_full")
            yield (
                "spool_full",
                text(
                    "The program has written more than {most} MiB of reports to its file; "
                    "the rest is not read. Report less often, for example once per epoch.",
                    most=MAX_SPOOL_BYTES // 2**20,
                ),
            )
        lines = (item for item in batch.items[: batch.done] if item.request is None)
        refused = next((line.refused for line in lines if line.refused), None)
        if refused is not None and "spool_refused" not in self._warned:
            self._warned.add("spool_refused")
            yield (
                "spool_refused",
                text("Reports of the program were refused; the first one: {reason}", reason=refused.message),
            )
