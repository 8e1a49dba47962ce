"""New parts of files that a program writes on a node, for the head."""

from __future__ import annotations

from pathlib import Path

from bayescore.cluster.messages import SyncOffsets
from bayescore.files import open_regular

CHUNK = 2**20  # bytes of a file in one answer


def part_of(file: Path, offset: int, most: int = CHUNK) -> bytes:
    """Bytes of a file from an offset; links, which the program may have made, are not followed."""
    try:
        with open_regular(file, follow=False) as opened:
            opened.seek(offset)
            return opened.read(most)
    except OSError:
        return b""


def log_part(file: Path, offsets: SyncOffsets) -> tuple[bytes, int, int]:
    """New bytes of a bounded log, with the file that they are from and the offset behind them."""
    for place in (Path(f"{file}.1"), file):
        try:
            number = place.stat().st_ino
        except OSError:
            continue
        if number == offsets.log_file and (part := part_of(place, offsets.log)):
            return part, number, offsets.log + len(part)
        if number == offsets.log_file and place == file:
            return b"", number, offsets.log
    try:
        number = file.stat().st_ino
    except OSError:
        return b"", offsets.log_file, offsets.log
    part = part_of(file, 0)
    return part, number, len(part)
