"""Metrics that a program prints, found by a pattern in its log."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bayescore.config.log_pattern import STEP, Pattern, compile_pattern, metrics_of
from bayescore.files import open_regular
from bayescore.i18n import text
from bayescore.metrics.growing import digest, number_of, read_at
from bayescore.metrics.part import MAX_VALUES, Naming, Part, Place, Values, Warn, decoded, number_in

_PART_BYTES = 256 * 2**10
_LINE_BYTES = 16 * 2**10  # longer lines are searched up to here
_TAIL_BYTES = 96  # before a place, by which it is found again in a log that was written anew
_WAIT_S = 10.0  # for a log that is being written anew; it has 16 MiB
_SEARCH_S = 1.0  # of processor time for one part; 256 KiB take about 20 ms
_COLOURS = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]")
_HEX = re.compile(r"(?:[0-9a-f]{2})+")
_END = re.compile(rb"[\r\n]")


@dataclass(frozen=True)
class FoundInLine:
    """What a pattern has found in a line: its values, the step if it has one, and the line."""

    values: Values
    step: str
    line: str

    @property
    def key(self) -> str:
        """All that was found, as a text."""
        return f"{self.step} {self.values}"


class LogReader:
    """Reads the log of a trial, whose older half is in a file beside it.

    The log of a container is written anew from its start when the engine starts again, so that a place in it
    is found by the bytes before it.

    Parameters
    ----------
    counted
        Called with each line whose values count.
    """

    def __init__(
        self,
        log: Path,
        pattern: str,
        naming: Naming,
        warn: Warn,
        counted: Callable[[FoundInLine], object] = lambda _found: None,
    ) -> None:
        self._log = log
        self._pattern: Pattern = compile_pattern(pattern)
        self._text = pattern
        names = ((group, naming.name(group)) for group in metrics_of(self._pattern))
        self._groups = [(group, name) for group, name in names if name is not None]
        self._has_step = STEP in self._pattern.groupindex
        self._warn = warn
        self._counted = counted
        self._lost_since: float | None = None

    def read(self, place: Place, *, is_last: bool) -> Part:
        """Values of the lines that are complete; with ``is_last``, also of the line at the end."""
        if place.number("off"):
            return Part([], place)
        with ExitStack() as stack:
            files = _opened(self._log, stack)
            found = self._position(files, place, is_last=is_last)
            if found is None:
                return Part([], place)
            index, at = found
            chunk = b"".join(_bytes(files[index:], at))
            values, used, place = self._search(chunk, place, is_last=is_last and len(chunk) < _PART_BYTES)
            return Part(values, _moved(files, index, at + used, place), is_last=used == 0)

    def _position(self, files: list[BinaryIO], place: Place, *, is_last: bool) -> tuple[int, int] | None:
        """File and offset at which to continue; ``None`` to wait for a log that is being written anew."""
        if not files:
            return None
        at, tail = place.number("at"), place.word("tail")
        own = [i for i, file in enumerate(files) if number_of(file) == place.number("file")]
        for i in own:
            if _tail(files[i], at) == tail:
                self._lost_since = None
                return i, at
        if not place.data:
            return 0, 0
        self._lost_since = self._lost_since or time.monotonic()
        if own and not is_last and time.monotonic() - self._lost_since < _WAIT_S:
            return None
        self._lost_since = None
        for i in reversed(range(len(files))):
            if tail and (before := read_at(files[i], 0, -1).rfind(_bytes_of(tail))) >= 0:
                return i, before + len(tail) // 2
        return 0, 0

    def _search(self, chunk: bytes, place: Place, *, is_last: bool) -> tuple[Values, int, Place]:
        """Values in a part of the log, the bytes that are done, and the place with what matched last."""
        values: Values = []
        before, used = "", 0
        earlier = place.word("last")  # digest of what matched last in the part before
        began = time.thread_time()
        for line, end, ends_line in _lines(chunk, is_last=is_last):
            found = self._found(line)
            if found is not None:
                key = found.key
                if key != before and (not earlier or digest(key.encode()) != earlier):
                    values += found.values
                    self._counted(found)
                before, earlier = key, ""
            if ends_line and not self._has_step:
                before = earlier = ""
            used = end
            if len(values) >= MAX_VALUES:
                break
            if time.thread_time() - began > _SEARCH_S:
                self._warn(
                    "pattern_off",
                    text(
                        "The pattern “{pattern}” takes too long, so it is not used for the rest of this "
                        "trial. Make it simpler: fewer “.*” and repetitions.",
                        pattern=self._text,
                    ),
                )
                return values, used, place.moved(off=1)
        return values, used, place.moved(last=digest(before.encode()) if before else earlier)

    def _found(self, line: bytes) -> FoundInLine | None:
        """What the first match in a line has; ``None`` if there is no value in it."""
        line = line[:_LINE_BYTES]
        shown = decoded(_COLOURS.sub(b"", line) if b"\x1b" in line else line)
        match = self._pattern.search(shown)
        if match is None:
            return None
        values: Values = []
        for group, name in self._groups:
            written = match.group(group)
            if not written:
                continue
            value = number_in(written.strip())
            if value is None:
                self._warn(
                    "not_a_number",
                    text(
                        "The group “{group}” of the pattern “{pattern}” has matched “{written}”, which is "
                        "not a number.",
                        group=group,
                        pattern=self._text,
                        written=written[:100],
                    ),
                )
                continue
            values.append((name, value))
        step = (match.group(STEP) or "") if self._has_step else ""
        return FoundInLine(values, step, shown) if values else None


def has_log(log: Path) -> bool:
    """Whether there is a log to read: a regular file, or its older half."""
    with ExitStack() as stack:
        return bool(_opened(log, stack))


def _opened(log: Path, stack: ExitStack) -> list[BinaryIO]:
    """The older half and the log; the log is opened first, as it may become the older half meanwhile."""
    files: list[BinaryIO] = []
    for path in (log, log.with_name(f"{log.name}.1")):
        with suppress(OSError):
            file = stack.enter_context(open_regular(path, follow=False))
            if not files or number_of(files[0]) != number_of(file):
                files.insert(0, file)
    return files


def _bytes(files: list[BinaryIO], at: int) -> Iterator[bytes]:
    """A part of the log from an offset in the first file."""
    left = _PART_BYTES
    for file in files:
        content = read_at(file, at, left)
        yield content
        at, left = 0, left - len(content)


def _moved(files: list[BinaryIO], index: int, at: int, place: Place) -> Place:
    """The place at an offset that counts from the start of one file and may be in the next one."""
    for file in files[index:]:
        size = os.fstat(file.fileno()).st_size
        if at <= size or file is files[-1]:
            return place.moved(file=number_of(file), at=at, tail=_tail(file, at))
        at -= size
    return place


def _lines(chunk: bytes, *, is_last: bool) -> Iterator[tuple[bytes, int, bool]]:
    """Lines and what progress bars overwrite: text, the offset behind it, and whether a line ends there."""
    at = 0
    while end := _END.search(chunk, at):
        yield chunk[at : end.start()], end.end(), end[0] == b"\n"
        at = end.end()
    if at < len(chunk) and (is_last or len(chunk) - at >= _PART_BYTES):  # a line without an end
        yield chunk[at:], len(chunk), True


def _tail(file: BinaryIO, at: int) -> str:
    """The bytes before an offset, as text."""
    before = min(at, _TAIL_BYTES)
    if at > os.fstat(file.fileno()).st_size:
        return "shorter"
    return read_at(file, at - before, before).hex()


def _bytes_of(tail: str) -> bytes:
    return bytes.fromhex(tail) if _HEX.fullmatch(tail) else b"\0" * len(tail)
