"""What a pattern finds in a whole log, for someone who tries it; bounded in time and memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bayescore.config import MetricSource
from bayescore.config.log_pattern import compile_pattern
from bayescore.i18n import Text
from bayescore.metrics.log_reader import FoundInLine, LogReader
from bayescore.metrics.marked_number import Span
from bayescore.metrics.part import Naming, Part, Place

MOST_LISTED = 500  # lines: more than anyone reads
_MOST_LINE = 300  # characters of a line that is listed
_MOST_MARKED = 20_000  # lines of a text
_SEARCH_S = 20.0  # a log of 16 MiB takes half of it with a usual pattern


@dataclass(frozen=True)
class LogSearch:
    """What was found.

    Attributes
    ----------
    found
        The first and the last lines with values.
    count
        Number of all of them.
    notes
        What the trial's author should know.
    is_whole
        Whether the log was read to its end.
    """

    found: tuple[FoundInLine, ...]
    count: int
    notes: tuple[Text, ...]
    is_whole: bool


def search_log(
    log: Path, source: MetricSource, wanted: frozenset[str], is_stopped: Callable[[], bool]
) -> LogSearch:
    """Read a log as a trial's is read.

    Parameters
    ----------
    source
        A ``log`` whose pattern is valid.
    wanted
        The objective and the side metrics.
    """
    first: list[FoundInLine] = []
    last: list[FoundInLine] = []
    notes: dict[str, Text] = {}
    count = 0

    def counted(found: FoundInLine) -> None:
        nonlocal count
        count += 1
        kept = FoundInLine(found.values, found.step, found.line[:_MOST_LINE])
        if len(first) < MOST_LISTED:
            first.append(kept)
        else:
            last.append(kept)
            del last[:-MOST_LISTED]

    def warn(kind: str, message: Text) -> None:
        notes.setdefault(kind, message)

    reader = LogReader(log, source.value, Naming(source.rename, wanted), warn, counted)
    until = time.monotonic() + _SEARCH_S
    part = Part([], Place(), is_last=False)
    while not part.is_last and not is_stopped() and time.monotonic() < until:
        part = reader.read(part.place, is_last=True)
    is_whole = part.is_last and "pattern_off" not in notes
    return LogSearch((*first, *last), count, tuple(notes.values()), is_whole)


def spans_in(text: str, pattern: str, is_stopped: Callable[[], bool]) -> list[tuple[int, Span]]:
    """Where a valid pattern finds metrics in a text: number of the line and place in it.

    Of each line the first match counts, as in a log.
    """
    compiled = compile_pattern(pattern)
    groups = sorted(compiled.groupindex.values())
    found: list[tuple[int, Span]] = []
    until = time.monotonic() + _SEARCH_S
    for number, line in enumerate(text.split("\n")):
        if len(found) >= _MOST_MARKED or is_stopped() or time.monotonic() > until:
            break
        if (match := compiled.search(line)) is not None:
            found += [(number, Span(*place)) for group in groups if (place := match.span(group))[0] >= 0]
    return found
