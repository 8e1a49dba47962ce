"""The beginning of a file, as a text or a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageReader

from bayescore.files import open_regular
from bayesdesk.services.log_tail import broken

# By what a file is, not by what it is called.  SVG is not among them: it is a program in all but name, and
# a few nested "use" of it draw for years; it is shown as the text that it is.
_FORMATS = {"png", "jpeg", "gif", "bmp", "webp"}
_PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"}
_TEXT_BYTES = 64 * 2**10
_PICTURE_BYTES = 50 * 2**20
_MOST_PIXELS = 50_000_000  # 200 MB once it is unpacked, whatever the file's own size


@dataclass(frozen=True)
class Preview:
    """A picture or a text; neither when the file is something else."""

    path: Path
    picture: QImage | None = None
    text: str | None = None


def preview(path: Path) -> Preview:
    """Look into a file; for other threads than the GUI's.

    Raises
    ------
    OSError
        When it is no regular file or cannot be read.
    """
    is_picture = path.suffix.lower() in _PICTURES
    with open_regular(path) as file:
        begin = file.read(_TEXT_BYTES)
        rest = file.read(_PICTURE_BYTES) if is_picture else b""
    if is_picture and len(rest) < _PICTURE_BYTES and (picture := _picture(begin + rest)) is not None:
        return Preview(path, picture=picture)
    if b"\0" in begin:
        return Preview(path)
    return Preview(path, text=broken(begin.decode("utf-8", "replace")))


def _picture(content: bytes) -> QImage | None:
    """The picture, unless it is none, of another kind, or larger than anybody looks at."""
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    size = reader.size() if reader.format().toStdString() in _FORMATS else None
    if size is None or not size.isValid() or size.width() * size.height() > _MOST_PIXELS:
        return None
    picture = reader.read()
    return None if picture.isNull() else picture
