"""Settings files in other encodings than UTF-8, as older editors on Chinese systems write them."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from bayescore.errors import ConfigError
from bayescore.i18n import text

_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_NAMES = {"utf-16": "UTF-16", "gb18030": "GB18030"}
_CHINESE = re.compile("[\u3001-\u3020\u4e00-\u9fff\uff01-\uff65\u2014\u2018-\u201d\u2026]")
_LEAST_SHARE = 0.9  # of Chinese characters among those that are not ASCII


class NotUtf8Error(ConfigError):
    """A file that is not UTF-8 text.

    Attributes
    ----------
    encoding
        ``"gb18030"`` or ``"utf-16"``, as which it can be read; ``None`` if it is neither.
    """

    def __init__(self, file: Path, content: bytes) -> None:
        self.file, self.content = file, content
        self.encoding = encoding_of(content)
        if self.encoding is None:
            super().__init__(text("{file} is not UTF-8 text.", file=file), text("Save it as UTF-8 first."))
            return
        super().__init__(
            text("{file} is {encoding} text, not UTF-8.", file=file, encoding=_NAMES[self.encoding]),
            text("Convert it with: bayesdesk check --convert {file}", file=file),
        )


def encoding_of(content: bytes) -> str | None:
    """The encoding of bytes that are not UTF-8, if they read as Chinese or have the mark of UTF-16."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return encoding if _reads(content, encoding) is not None else None
    words = _reads(content, "gb18030")
    letters = [c for c in words or "" if not c.isascii()]
    chinese = sum(_CHINESE.match(c) is not None for c in letters)
    return "gb18030" if letters and chinese >= _LEAST_SHARE * len(letters) else None


def converted(content: bytes, encoding: str) -> bytes:
    """The same text in UTF-8, with its line breaks."""
    return content.decode(encoding).encode("utf-8")


def chinese_lines(content: bytes, most: int) -> list[str]:
    """The first lines of UTF-8 text that are not ASCII: they show whether the encoding is right."""
    return [line.strip() for line in content.decode("utf-8").splitlines() if not line.isascii()][:most]


def _reads(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None
