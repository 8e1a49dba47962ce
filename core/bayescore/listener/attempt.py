"""What the intake knows of an attempt, and what it brings into one transaction."""

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

MOST_SPOOLED = 256 * 2**20  # bytes of one attempt's file: 2,900,000 reports, a minute's work for the intake
MOST_NAMES = 1000  # of metrics, and of parameters: each is a curve, or a row, that someone is to look at


@dataclass
class Order:
    """A report that waits to be written, or with ``None`` the submission to have the spool file taken in."""

    reporter: Reporter
    report: Report | None
    done: Future[None]

    def answer(self, error: BaseException | None) -> None:
        """Tell who waits, if anybody does: a request may have been given up."""
        if not self.done.set_running_or_notify_cancel():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


@dataclass
class Item:
    """One report of a turn, of a line of the file or of an order, and why it was refused."""

    report: Report | BadReportError | None
    end: int = 0
    order: Order | None = None
    refused: BadReportError | None = None


@dataclass
class Turn:
    """What an attempt brings into one transaction; the first ``done`` items are in it."""

    attempt: Attempt
    part: SpoolPart
    items: list[Item]
    is_full: bool
    done: int = 0

    @property
    def cost(self) -> int:
        """Work to write it."""
        return sum(item.report.cost if isinstance(item.report, Report) else 1 for item in self.items)

    @property
    def writes(self) -> bool:
        """Whether the store needs to know of it."""
        return self.is_full or any(item.report is not None for item in self.items)

    @property
    def offset(self) -> int | None:
        """How far the file is taken in now; ``None`` when no line was."""
        ends = [item.end for item in self.items[: self.done] if item.order is None]
        return ends[-1] if ends else None

    def reset(self) -> None:
        """Begin again, after a transaction that did not come through."""
        self.done = 0
        for item in self.items:
            item.refused = None
        self.attempt.forget_warnings()

    def metric_names(self) -> tuple[str, ...]:
        """Metrics that were written, in the order in which they came."""
        reports = [
            i.report for i in self.items[: self.done] if isinstance(i.report, Report) and not i.refused
        ]
        return tuple(dict.fromkeys(name for report in reports for name, _ in report.values))


@dataclass
class Attempt:
    """One attempt of a trial: what waits, and what is known of what came before.

    Names are remembered by their hashes, for each may be thousands of letters long.
    """

    reporter: Reporter
    orders: deque[Order] = field(default_factory=deque)
    is_queued: bool = False
    is_loaded: bool = False
    has_metrics: bool = False
    _offset: int = 0
    _read: int = 0
    _metrics: set[int] = field(default_factory=set)
    _parameters: set[int] = field(default_factory=set)
    _warned: set[str] = field(default_factory=set)

    def load(self, connection: sa.Connection) -> None:
        """Find in the store and in the file what is known of the attempt."""
        self._offset = points.spool_offset(connection, self.reporter.trial)
        self._read = data_before(self.reporter.spool, self._offset)
        reported, logged = points.names_of(connection, self.reporter.trial)
        self._metrics, self._parameters = {hash(n) for n in reported}, {hash(n) for n in logged}
        self._warned.clear()
        self.has_metrics, self.is_loaded = bool(reported), True

    def forget_warnings(self) -> None:
        """Look into the store again before the next warning."""
        self._warned.clear()

    def next_turn(self, most: int) -> Turn:
        """A part of the file; once that is taken in, waiting orders of about the cost ``most``."""
        part, is_full = SpoolPart((), self._offset, is_last=True), False
        if size_of(self.reporter.spool) > self._offset:
            found = read_spool(self.reporter.spool, self._offset)
            is_full = self._read >= MOST_SPOOLED and bool(found.lines)
            part = part if self._read >= MOST_SPOOLED else found
        items = [Item(line.report, line.end) for line in part.lines]
        if part.is_last:
            items += [Item(order.report, order=order) for order in self._cheap_orders(most)]
        return Turn(self, part, items, is_full and "spool_full" not in self._warned)

    def _cheap_orders(self, most: int) -> Iterator[Order]:
        for order in self.orders:
            yield order
            most -= order.report.cost if order.report is not None else 0
            if most <= 0:
                return

    def check_names(self, report: Report) -> None:
        """Count a report's names.

        Raises
        ------
        BadReportError
            When the attempt has reported, or logged, too many different ones.
        """
        for known, names in (
            (self._metrics, {hash(name) for name, _ in report.values}),
            (self._parameters, {hash(name) for name in report.parameters}),
        ):
            if not names <= known:
                if len(known | names) > MOST_NAMES:
                    raise BadReportError(
                        text(
                            "A trial can report {most} different names of metrics or parameters.",
                            most=MOST_NAMES,
                        )
                    )
                known |= names

    def settle(self, turn: Turn) -> list[tuple[Order, BadReportError | None]]:
        """Remember what was committed; the orders that are done, with what was wrong with each."""
        if (offset := turn.offset) is not None:
            self._read += offset - turn.part.start
            self._offset = offset
        self.has_metrics = self.has_metrics or bool(turn.metric_names())
        answered = [(item.order, item.refused) for item in turn.items[: turn.done] if item.order is not None]
        for _ in answered:
            self.orders.popleft()
        return answered

    def warnings(self, turn: Turn) -> Iterator[tuple[str, Text]]:
        """Kind and text of what the trial's author is to know of this turn; each kind once."""
        if turn.is_full:
            self._warned.add("spool_full")
            yield (
                "spool_full",
                text(
                    "The program has written more than {most} MiB of reports to its file; "
                    "the rest is not read. Report less often, for example once per epoch.",
                    most=MOST_SPOOLED // 2**20,
                ),
            )
        refused = next((i.refused for i in turn.items[: turn.done] if i.refused and i.order is None), None)
        if refused is not None and "spool_refused" not in self._warned:
            self._warned.add("spool_refused")
            yield (
                "spool_refused",
                text("Reports of the program were refused; the first one: {reason}", reason=refused.message),
            )
