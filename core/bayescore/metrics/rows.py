"""Tables to which a program appends rows: CSV, and JSON with one object a line.

Some programs write the whole table again for each row, or when a column is added. Rows that were read are
then counted, so that none is reported twice; a table whose first or last read row has changed is a new one.
"""

from __future__ import annotations

import csv
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

from bayescore.config.yamltext.lines import BOM
from bayescore.i18n import text
from bayescore.metrics.growing import digest, is_continued, place_at, read_at
from bayescore.metrics.part import (
    MAX_OF_ROW,
    MAX_VALUES,
    Naming,
    Part,
    Place,
    Values,
    Warn,
    decoded,
    is_name,
    number_in,
)

_PART_BYTES = 256 * 2**10
_LINE_BYTES = 64 * 2**10
_MAX_REWRITTEN = 16 * 2**20  # of a table that is written again each time: reading it takes a second
_MAX_DEPTH = 4  # of objects within objects

Row = dict[str, str | float]


class RowReader(ABC):
    """Reads the rows of one kind of table."""

    def __init__(self, naming: Naming, warn: Warn) -> None:
        self._naming = naming
        self._warn = warn

    def read(self, opened: BinaryIO, place: Place, shown: str, *, is_last: bool) -> Part:
        """Values of the rows that are complete and were not read before.

        Parameters
        ----------
        shown
            Name of the file, for messages.
        is_last
            Whether the program has ended: a last row without a line end is complete.
        """
        lines = _Lines(opened, is_last=is_last)
        start = self._start(lines)
        if start is None:
            return Part([], place)
        at, rows = max(start, place.number("at")), place.number("rows")
        if place.data and not is_continued(opened, place):
            if lines.size > _MAX_REWRITTEN:
                message = text(
                    "{file} is larger than {most} MiB and is written anew each time: it is no longer read.",
                    file=shown,
                    most=_MAX_REWRITTEN // 2**20,
                )
                self._warn("too_large", message)
                return Part([], place)
            behind = self._behind(lines, start, place)
            if behind is None:  # not all of it is written again yet
                return Part([], place)
            at, rows = behind
        return self._new_rows(lines, at, rows, place if rows else Place())

    def _behind(self, lines: _Lines, start: int, place: Place) -> tuple[int, int] | None:
        """Offset behind the rows that were read before, and their number; ``start`` and 0 in a new table."""
        rows = place.number("rows")
        if rows == 0:
            return start, 0
        count = 0
        for line, end in lines.of(start):
            row = self._row(line)
            if row is None:
                continue
            count += 1
            if (count == 1 and _digest(row) != place.word("first")) or (
                count == rows and _digest(row) != place.word("newest")
            ):
                return start, 0
            if count == rows:
                return end, rows
        return None

    def _new_rows(self, lines: _Lines, at: int, rows: int, place: Place) -> Part:
        values: Values = []
        first, begin, last_row = place.word("first"), at, None
        for line, end in lines.of(at):
            at = end
            row = self._row(line)
            if row is not None:
                rows += 1
                last_row = row
                first = first or _digest(row)
                values += self._values(row)
            if len(values) >= MAX_VALUES or at - begin >= _PART_BYTES:
                break
        if at == begin and place.number("file"):
            return Part([], place)
        newest = _digest(last_row) if last_row is not None else place.word("newest")
        moved = Place({**place_at(lines.opened, at), "rows": rows, "first": first, "newest": newest})
        return Part(values, moved, is_last=at == begin)

    def _values(self, row: Row) -> Values:
        values: Values = []
        for found, written in islice(row.items(), MAX_OF_ROW):
            name = self._naming.name(found)
            value = number_in(written) if isinstance(written, str) else written
            if name is not None and value is not None:
                values.append((name, value))
        return values

    @abstractmethod
    def _start(self, lines: _Lines) -> int | None:
        """Offset of the first row; ``None`` if the table has none yet."""

    @abstractmethod
    def _row(self, line: bytes) -> Row | None:
        """What a line has, without empty cells; ``None`` if it is no row."""


class CsvReader(RowReader):
    """Reads a table whose first line names the columns, also in padded cells and after a byte order mark."""

    def _start(self, lines: _Lines) -> int | None:
        header = next(lines.of(0), None)
        if header is None:
            return None
        line, end = header
        written = decoded(line).removeprefix(BOM)
        self._delimiter = max(",\t;", key=written.count)
        self._columns = [name.strip() for name in self._cells(written)]
        return end

    def _row(self, line: bytes) -> Row | None:
        cells = self._cells(decoded(line))
        pairs = zip(self._columns, cells, strict=False)
        return {name: cell.strip() for name, cell in pairs if name and cell.strip()} or None

    def _cells(self, line: str) -> list[str]:
        try:
            return next(csv.reader([line], delimiter=self._delimiter), [])
        except csv.Error:
            return []


class JsonLinesReader(RowReader):
    """Reads a file with one JSON object a line; objects within it give names like ``eval/loss``."""

    def _start(self, lines: _Lines) -> int | None:
        return 0

    def _row(self, line: bytes) -> Row | None:
        try:
            data = json.loads(line)
        except (ValueError, RecursionError):
            return None
        return dict(islice(numbers_in(data), MAX_OF_ROW)) if isinstance(data, dict) else None


def numbers_in(data: dict[str, Any], above: str = "", depth: int = 0) -> Iterator[tuple[str, float]]:
    """Numbers of an object, by name."""
    for key, value in data.items():
        name = f"{above}{key}"
        if isinstance(value, dict) and depth < _MAX_DEPTH:
            yield from numbers_in(value, f"{name}/", depth + 1)
        elif isinstance(value, int | float) and not isinstance(value, bool) and is_name(name):
            try:
                yield name, float(value)
            except OverflowError:  # an integer of more than 300 digits
                continue


class _Lines:
    """The complete lines of an open file, within the limits of one look."""

    def __init__(self, opened: BinaryIO, *, is_last: bool) -> None:
        self.opened = opened
        self.size = os.fstat(opened.fileno()).st_size
        self._is_last = is_last

    def of(self, at: int) -> Iterator[tuple[bytes, int]]:
        """Lines from an offset, without their ends, and the offset behind each.

        Long lines are cut. Of one that is longer than a part, empty lines stand for its pieces: a look can
        end within it.
        """
        rest = b""
        is_within = at > 0 and read_at(self.opened, at - 1, 1) != b"\n"  # of a line that is too long
        while at < self.size:
            chunk = read_at(self.opened, at + len(rest), _PART_BYTES)
            is_end = not chunk or at + len(rest) + len(chunk) >= self.size
            chunk = rest + chunk
            begin = 0
            while (end := chunk.find(b"\n", begin)) >= 0:
                line = b"" if is_within else chunk[begin : min(end, begin + _LINE_BYTES)]
                yield line.rstrip(b"\r"), at + end + 1
                begin, is_within = end + 1, False
            at, rest = at + begin, chunk[begin:]
            if is_end and rest and self._is_last:
                yield b"" if is_within else rest[:_LINE_BYTES].rstrip(b"\r"), at + len(rest)
            if is_end:
                return
            if len(rest) > 4 * _PART_BYTES:
                at, rest, is_within = at + len(rest), b"", True
                yield b"", at


def _digest(row: Row) -> str:
    return digest(repr(sorted(row.items())).encode("utf-8", "surrogatepass"))
