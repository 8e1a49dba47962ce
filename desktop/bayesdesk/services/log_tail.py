"""Reads a growing log in parts."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from bayescore.files import open_regular
from bayescore.files.listing import files_below

FIRST_BYTES = 2 * 2**20  # of a large log the end is shown, at once
_MOST_BYTES = 2**20  # of one part
_MOST_ENTRIES = 20_000  # of a trial's output
# Everything but line ends, tabs and colours, which end in "m" and have at most 64 characters.  No alternative
# matches past the next escape, so that the time stays linear for a log of nothing but escapes.
_ESCAPES = re.compile(
    r"""(?!\x1b\[[0-9;:]{0,64}m)(?:
        \x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]
        | \x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)
        | [\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]
    )""",
    re.X,
)
LONGEST_LINE = 2000  # characters
_LONG = re.compile(rf"[^\n]{{{LONGEST_LINE}}}(?=[^\n])")
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]{0,64})?\Z")
_LONGEST = 66  # bytes of an unfinished escape


@dataclass(frozen=True)
class LogPart:
    """New text, and the offset behind it; ``restarted`` when the log was rotated."""

    text: str
    offset: int
    restarted: bool


def read_part(file: Path, offset: int | None) -> LogPart:
    """The text after ``offset``, or the end of the log for ``None``."""
    try:
        size = file.stat().st_size
        restarted = offset is not None and size < offset
        start = max(0, size - FIRST_BYTES) if offset is None else 0 if restarted else offset
        with open_regular(file) as log:
            log.seek(start)
            data = _finished(log.read(FIRST_BYTES if offset is None else _MOST_BYTES))
    except FileNotFoundError:
        return LogPart("", offset or 0, False)
    return LogPart(plain(data.decode("utf-8", "replace")), start + len(data), restarted)


def _finished(data: bytes) -> bytes:
    """The bytes without a character or an escape at their end that is not complete yet."""
    if unfinished := _UNFINISHED.search(data, max(0, len(data) - _LONGEST)):
        return data[: unfinished.start()]
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    decoder.decode(data[-4:])
    return data[: len(data) - len(decoder.getstate()[0])]


def plain(text: str) -> str:
    """Text whose only terminal escapes are colours.

    A line that is overwritten, such as a progress bar, keeps its last state.
    """
    text = _ESCAPES.sub("", text.replace("\r\n", "\n"))
    if "\r" in text:
        text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return broken(text)


def broken(text: str) -> str:
    """Text with long lines broken: Qt lays out a wrapped line in quadratic time."""
    return _LONG.sub(lambda line: f"{line[0]}\n", text)


@dataclass(frozen=True)
class OutputFile:
    """A file that a trial has written."""

    path: Path
    name: str
    size: int


def output_files(output: Path, snapshot: Path, most: int = 2000) -> tuple[OutputFile, ...]:
    """Files of a trial's output that are not the project's own, by name."""
    found = []
    for path in sorted(files_below(output, _MOST_ENTRIES)):
        relative = path.relative_to(output)
        if "__pycache__" in relative.parts:
            continue
        original = snapshot / relative
        try:
            size = path.lstat().st_size
            if original.is_file() and original.stat().st_size == size:
                continue
        except OSError:  # it was deleted, or its name is too long
            continue
        found.append(OutputFile(path, str(relative), size))
        if len(found) >= most:
            break
    return tuple(found)
