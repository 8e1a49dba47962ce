"""Previews of files: the beginning of a text, or a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageReader

from bayescore.files import open_regular
from bayesdesk.services.log_tail import broken

# Recognised by content, not by extension.  SVG is not among them: a few nested "use" elements take years to
# draw; it is shown as text.
_FORMATS = {"png", "jpeg", "gif", "bmp", "webp"}
_PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"}
_TEXT_BYTES = 64 * 2**10
_PICTURE_BYTES = 50 * 2**20
_MOST_PIXELS = 50_000_000  # 200 MB when decoded, whatever the size of the file


@dataclass(frozen=True)
class Preview:
    """A picture or a text; neither for other files."""

    path: Path
    picture: QImage | None = None
    text: str | None = None


def preview(path: Path) -> Preview:
    """Preview a file; not for the GUI thread.

    Raises
    ------
    OSError
        When it is not a regular file or cannot be read.
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
    """The picture; ``None`` if it is too large, of another format, or not a picture."""
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
