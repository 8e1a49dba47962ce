"""The lines of a text: starts, ends and line breaks."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

_BREAK = re.compile(r"\r\n|\n|\r")
BOM = "\ufeff"


class Lines:
    """Positions of lines in ``source``; a byte order mark belongs to no line."""

    def __init__(self, source: str) -> None:
        self.source = source

    @cached_property
    def _starts(self) -> list[int]:
        first = 1 if self.source.startswith(BOM) else 0
        return [first, *(match.end() for match in _BREAK.finditer(self.source))]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1, columns in characters."""
        row = max(0, bisect_right(self._starts, offset) - 1)
        return row + 1, max(0, offset - self._starts[row]) + 1

    def start(self, offset: int) -> int:
        """Start of the line of ``offset``."""
        return self._starts[max(0, bisect_right(self._starts, offset) - 1)]

    def end(self, offset: int) -> int:
        """End of the line of ``offset``, before its break."""
        match = re.compile(r"[\r\n]").search(self.source, offset)
        return match.start() if match else len(self.source)

    def next(self, offset: int) -> int:
        """Start of the next line; the end of the text when there is none."""
        match = _BREAK.search(self.source, offset)
        return match.end() if match else len(self.source)

    def column(self, offset: int) -> int:
        """Number of characters from the start of the line to ``offset``."""
        return offset - self.start(offset)

    def break_near(self, offset: int) -> str:
        """The line break to write at ``offset``: that of its line, or of an earlier one."""
        if match := _BREAK.search(self.source, offset):
            return match[0]
        before = _BREAK.findall(self.source, 0, offset)
        return before[-1] if before else "\n"

    def is_inline(self, offset: int) -> bool:
        """Whether anything but spaces precedes ``offset`` on its line."""
        return bool(self.source[self.start(offset) : offset].strip(" "))
