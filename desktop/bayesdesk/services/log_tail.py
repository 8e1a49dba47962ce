"""Reading a growing log a part at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FIRST_BYTES = 2 * 2**20  # of a large log the end is shown, at once
_MOST_BYTES = 2**20  # of one part
_ESCAPES = re.compile(  # but those that colour, which end in "m"
    r"\x1b\[[0-9;:?]*[ -/]*[@-ln-~]|\x1b\][^\x07]*\x07|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]|\x1b(?!\[)"
)


@dataclass(frozen=True)
class LogPart:
    """What came since ``start``; ``restarted`` when the log has begun its next half."""

    text: str
    offset: int
    restarted: bool


def read_part(file: Path, offset: int | None) -> LogPart:
    """What stands behind ``offset``; ``None`` asks for the end of the log."""
    try:
        size = file.stat().st_size
        restarted = offset is not None and size < offset
        start = max(0, size - FIRST_BYTES) if offset is None else 0 if restarted else offset
        with file.open("rb") as log:
            log.seek(start)
            data = log.read(FIRST_BYTES if offset is None else _MOST_BYTES)
    except FileNotFoundError:
        return LogPart("", offset or 0, False)
    return LogPart(plain(data.decode("utf-8", "replace")), start + len(data), restarted)


def plain(text: str) -> str:
    """Text whose only terminal escapes are colours.

    Of a line that is written over (a progress bar) the last state stays.
    """
    text = _ESCAPES.sub("", text.replace("\r\n", "\n"))
    if "\r" not in text:
        return text
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))


@dataclass(frozen=True)
class OutputFile:
    """A file that a trial has written."""

    path: Path
    name: str
    size: int


def output_files(output: Path, snapshot: Path, most: int = 2000) -> tuple[OutputFile, ...]:
    """Files of a trial's output that are not the project's own, by name."""
    found = []
    for path in sorted(output.rglob("*")):
        relative = path.relative_to(output)
        if "__pycache__" in relative.parts or not path.is_file() or path.is_symlink():
            continue
        original = snapshot / relative
        size = path.stat().st_size
        if original.is_file() and original.stat().st_size == size:
            continue
        found.append(OutputFile(path, str(relative), size))
        if len(found) >= most:
            break
    return tuple(found)
