"""Terminal colours: SGR sequences (ECMA-48, section 8.3.117).

Not read by ``rich.ansi``, which makes an object of every line: on the GUI thread it takes a hundred times
longer for a log without colours (0.7 s for 2 MB).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_SGR = re.compile(r"\x1b\[([0-9;:]{0,64})m")  # longer ones are not colours
_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_STRONG = 200  # of 255: a channel that counts when a colour is reduced to the eight names


@dataclass(frozen=True)
class Style:
    """The name of a colour, ``None`` for the default, and whether the text is bold."""

    colour: str | None = None
    bold: bool = False


def segments(text: str, style: Style) -> tuple[list[tuple[str, Style]], Style]:
    """Text without the sequences, split where the style changes, and the style at its end."""
    found: list[tuple[str, Style]] = []
    end = 0
    for match in _SGR.finditer(text):
        if match.start() > end:
            found.append((text[end : match.start()], style))
        style = _after(style, match[1])
        end = match.end()
    if end < len(text):
        found.append((text[end:], style))
    return found, style


def without_colours(text: str) -> str:
    """Text without the sequences."""
    return _SGR.sub("", text)


def _after(style: Style, written: str) -> Style:
    codes = [int(part or 0) for part in written.replace(":", ";").split(";")]
    while codes:
        code = codes.pop(0)
        if code == 0:
            style = Style()
        elif code in (1, 22):
            style = replace(style, bold=code == 1)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style = replace(style, colour=_NAMES[code % 10])
        elif code == 39:
            style = replace(style, colour=None)
        elif code in (38, 48):
            colour, codes = _extended(codes)
            if code == 38:
                style = replace(style, colour=colour)
    return style


def _extended(codes: list[int]) -> tuple[str | None, list[int]]:
    """A colour of 8 or 24 bits as the nearest name, and the codes that follow it."""
    if codes[:1] == [5] and len(codes) > 1:
        return _of_256(codes[1]), codes[2:]
    if codes[:1] == [2] and len(codes) > 3:
        return _of_rgb(codes[1], codes[2], codes[3]), codes[4:]
    return None, []


def _of_256(index: int) -> str | None:
    if index < 16:
        return _NAMES[index % 8]
    if index >= 232:
        return None
    level = index - 16
    red, green, blue = (51 * (level // step % 6) for step in (36, 6, 1))
    return _of_rgb(red, green, blue)


def _of_rgb(red: int, green: int, blue: int) -> str | None:
    top = max(red, green, blue)
    if top - min(red, green, blue) < 40:
        return None  # grey: the default colour is legible in both themes
    bits = sum(bit for bit, channel in ((1, red), (2, green), (4, blue)) if channel * 255 >= _STRONG * top)
    return _NAMES[bits]
