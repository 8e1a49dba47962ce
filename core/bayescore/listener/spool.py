"""Reads the file to which a trial's program appends its reports.

The program may do anything with its file: holes are skipped, the size of a part is bounded, and a file
that cannot be read is treated as empty.
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

PART_BYTES = 256 * 2**10  # about 3,000 reports: 50 ms to parse and store
_PART_LINES = 4000
_LINE_BYTES = 4 * 2**20  # a report of 1 MiB whose numbers have all their digits


@dataclass(frozen=True)
class Line:
    """The report of a line, or why it was refused; ``end`` is the offset (bytes) after it."""

    report: Report | BadReportError
    end: int


@dataclass(frozen=True)
class SpoolPart:
    """Complete lines of a spool file.

    Attributes
    ----------
    start
        Offset of the first line (bytes), after any hole.
    is_last
        Whether the file ended there when it was read.
    """

    lines: tuple[Line, ...]
    start: int
    is_last: bool

    @property
    def reports(self) -> tuple[Report, ...]:
        """Reports of the valid lines."""
        return tuple(line.report for line in self.lines if isinstance(line.report, Report))


def read_spool(file: Path, offset: int) -> SpoolPart:
    """Read complete lines from ``offset`` (bytes): 256 KiB, or a single longer line.

    A hole ends a line. A file that cannot be read is treated as empty.
    """
    try:
        with _opened(file) as spool:
            return _part(spool, offset)
    except OSError:  # missing, locked, a link, or not made by our client
        return SpoolPart((), offset, is_last=True)


def size_of(file: Path) -> int:
    """Size of a spool file with its holes; 0 if it cannot be read."""
    try:
        return os.lstat(file).st_size
    except OSError:
        return 0


def data_before(file: Path, offset: int) -> int:
    """Bytes of a spool file before ``offset``, without holes."""
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
    """Open a regular file; links, which may lead elsewhere, and pipes, which block, are refused."""
    with open_regular(file, follow=False) as opened:
        yield opened.fileno()


def _part(spool: int, offset: int) -> SpoolPart:
    size = os.fstat(spool).st_size
    start, end = next_extent(spool, offset, size)
    if start >= end:
        return SpoolPart((), offset, is_last=True)
    os.lseek(spool, start, os.SEEK_SET)
    chunk = _read(spool, min(PART_BYTES, end - start))
    whole = start + len(chunk) >= end and end < size  # a hole follows and ends the line
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
    """Read ``most`` bytes, or up to the end of the file."""
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
        yield Line(_parse_line(chunk[at:end]), start + end)
        at = end


def _parse_line(line: bytes) -> Report | BadReportError:
    # a hole ends at a block of the disk, not at the start of a line
    content = line.strip(b"\0\r\n\t ")
    if not content:
        return Report()
    try:
        return parse(content)
    except BadReportError as error:
        return error
