"""Reading the file that a trial's program appends its reports to.

The file belongs to the program, which may do anything with it: holes are skipped, a
part is bounded, and what cannot be read counts as nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bayescore.files import open_regular
from bayescore.files.sparse import next_extent
from bayescore.i18n import text
from bayescore.listener.reports import BadReportError, Report, parse

PART_BYTES = 256 * 2**10  # about 3,000 reports: a twentieth of a second to parse and to store
_PART_LINES = 4000
_LINE_BYTES = 4 * 2**20  # a report of 1 MiB with every number written out


@dataclass(frozen=True)
class Line:
    """What one line says, or why it says nothing; ``end`` is the offset (bytes) behind it."""

    report: Report | BadReportError
    end: int


@dataclass(frozen=True)
class SpoolPart:
    """Whole lines of a spool file.

    Attributes
    ----------
    start
        Offset of the first line (bytes), behind a hole.
    is_last
        Whether there was no more when it was read.
    """

    lines: tuple[Line, ...]
    start: int
    is_last: bool

    @property
    def reports(self) -> tuple[Report, ...]:
        """Reports of the lines that can be understood."""
        return tuple(line.report for line in self.lines if isinstance(line.report, Report))


def read_spool(file: Path, offset: int) -> SpoolPart:
    """Read complete lines behind ``offset`` (bytes), 256 KiB or a single longer line.

    A hole ends a line. A file that cannot be read is an empty one.
    """
    try:
        with _opened(file) as spool:
            return _part(spool, offset)
    except OSError:  # not there yet, locked, a link, or nothing that our client has made
        return SpoolPart((), offset, is_last=True)


def size_of(file: Path) -> int:
    """Bytes of a spool file, holes included; 0 when it cannot be looked at."""
    try:
        return os.lstat(file).st_size
    except OSError:
        return 0


def data_before(file: Path, offset: int) -> int:
    """Bytes of a spool file before ``offset`` that are not in holes."""
    found, at = 0, 0
    try:
        with _opened(file) as spool:
            size = os.fstat(spool).st_size
            offset = min(offset, size)
            while at < offset:
                start, end = next_extent(spool, at, size)
                found += max(0, min(end, offset) - start)
                at = end
    except OSError:
        pass
    return found


@contextmanager
def _opened(file: Path) -> Iterator[int]:
    """Open a file that the trial's program made: no link that leads elsewhere, no pipe to wait for."""
    with open_regular(file, follow=False) as opened:
        yield opened.fileno()


def _part(spool: int, offset: int) -> SpoolPart:
    size = os.fstat(spool).st_size
    start, end = next_extent(spool, offset, size)
    if start >= end:
        return SpoolPart((), offset, is_last=True)
    os.lseek(spool, start, os.SEEK_SET)
    chunk = _read(spool, min(PART_BYTES, end - start))
    whole = start + len(chunk) >= end and end < size  # a hole comes next: the line ends here
    cut = len(chunk) if whole else chunk.rfind(b"\n") + 1
    if cut == 0:
        chunk += _read(spool, min(_LINE_BYTES, end - start) - len(chunk))
        cut = chunk.find(b"\n") + 1
        if cut == 0 and len(chunk) == _LINE_BYTES:
            reason = BadReportError(text("A line is longer than {most} MiB.", most=_LINE_BYTES // 2**20))
            return SpoolPart((Line(reason, start + len(chunk)),), start, is_last=False)
        if cut == 0 and start + len(chunk) >= end and end < size:
            cut = len(chunk)
    lines = tuple(_lines(chunk[:cut], start))
    taken = lines[-1].end - start if lines else 0
    is_last = start + len(chunk) >= size and taken == chunk.rfind(b"\n") + 1
    return SpoolPart(lines, start, is_last)


def _read(spool: int, most: int) -> bytes:
    """Read ``most`` bytes unless the file ends before."""
    parts = []
    while most > 0 and (part := os.read(spool, most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _lines(chunk: bytes, start: int) -> Iterator[Line]:
    at = 0
    for _ in range(_PART_LINES):
        if at >= len(chunk):
            return
        end = chunk.find(b"\n", at) + 1 or len(chunk)
        yield Line(_understood(chunk[at:end]), start + end)
        at = end


def _understood(line: bytes) -> Report | BadReportError:
    # a hole ends where a block of the disk does, and not where the line begins
    content = line.strip(b"\0\r\n\t ")
    if not content:
        return Report()
    try:
        return parse(content)
    except BadReportError as error:
        return error
