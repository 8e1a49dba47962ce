"""Output of programs on a terminal: colours are kept, other control codes are made visible."""

from __future__ import annotations

import codecs
import re

# Colours (SGR, ECMA-48 section 8.3.117) end in "m" and are short.  Other escape sequences could set the
# title, write to the clipboard or type at the prompt, and so could the controls U+0080 to U+009F.
_CODE = re.compile(r"(\x1b\[[0-9;:]{0,64}m)|[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_UNFINISHED = re.compile(r"\x1b(?:\[[0-9;:]{0,64})?\Z")
_LONGEST = 66  # characters of an unfinished sequence
_PLAIN = "\x1b[0m"


def visible(code: str) -> str:
    """A visible character for a control code."""
    number = ord(code)
    return chr(0x2400 + number) if number < 0x20 else "␡" if number == 0x7F else "�"


class Shown:
    """Makes a stream of bytes safe for a terminal, piece by piece, in time linear in its length.

    Parameters
    ----------
    encoding
        The terminal's; bytes that are invalid in it are replaced.
    """

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._held = ""  # the start of a sequence that ends in the next piece
        self._coloured = False

    def piece(self, data: bytes) -> str:
        """Text to show for the next bytes."""
        words = self._held + self._decoder.decode(data)
        unfinished = _UNFINISHED.search(words, max(0, len(words) - _LONGEST))
        self._held = unfinished[0] if unfinished else ""
        return _CODE.sub(self._code, words[: len(words) - len(self._held)])

    def end(self) -> str:
        """Text to show at the end; it resets the colours, so that the prompt stays visible."""
        words = self._held + self._decoder.decode(b"", final=True)
        self._held = ""
        return _CODE.sub(self._code, words) + (_PLAIN if self._coloured else "")

    def _code(self, found: re.Match[str]) -> str:
        if found[1]:
            self._coloured = True
            return found[1]
        return visible(found[0])
