"""The beginning of a file, as a text or a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QImage

_PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".svg"}
_TEXT_BYTES = 64 * 2**10
_PICTURE_BYTES = 50 * 2**20


@dataclass(frozen=True)
class Preview:
    """A picture or a text; neither when the file is something else."""

    path: Path
    picture: QImage | None = None
    text: str | None = None


def preview(path: Path) -> Preview:
    """Look into a file; for other threads than the GUI's."""
    if path.suffix.lower() in _PICTURES and path.stat().st_size <= _PICTURE_BYTES:
        picture = QImage(str(path))
        if not picture.isNull():
            return Preview(path, picture=picture)
    with path.open("rb") as file:
        begin = file.read(_TEXT_BYTES)
    if b"\0" in begin:
        return Preview(path)
    return Preview(path, text=begin.decode("utf-8", "replace"))
