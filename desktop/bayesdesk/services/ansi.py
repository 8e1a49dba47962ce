"""Colours that programs give their output: SGR sequences of terminals (ECMA-48, section 8.3.117)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_SGR = re.compile(r"\x1b\[([0-9;:]{0,64})m")  # longer ones are no colours, and cost time
_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_STRONG = 200  # of 255: a channel that counts when a colour is brought down to the eight names


@dataclass(frozen=True)
class Style:
    """A colour by its name (``None`` for that of text) and whether it is bold."""

    colour: str | None = None
    bold: bool = False


def segments(text: str, style: Style) -> tuple[list[tuple[str, Style]], Style]:
    """Text cut where its style changes, without the sequences, and the style after it."""
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
    """A colour of the 256 or of 24 bits, brought down to the nearest name; the codes behind it."""
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
        return None  # grey: text's own colour can be read on both grounds
    bits = sum(bit for bit, channel in ((1, red), (2, green), (4, blue)) if channel * 255 >= _STRONG * top)
    return _NAMES[bits]
