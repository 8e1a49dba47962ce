"""Untrusted text shown as it is.

Tool tips and message boxes interpret text that looks like markup, and names of jobs, metrics and
files are not trusted. Labels are set to plain text instead.
"""

from __future__ import annotations

import html

from PySide6.QtGui import Qt


def as_text(words: str) -> str:
    """A text that Qt shows as it is."""
    if not Qt.mightBeRichText(words):
        return words
    return "<span>" + html.escape(words).replace("\n", "<br>") + "</span>"


_BREAK = "\N{ZERO WIDTH SPACE}"  # where a long path may be broken
_LONG_WORD = 40


def breakable(words: str) -> str:
    """A text that can be wrapped anywhere, so that a long path is never cut off."""
    broken = words.replace("/", f"/{_BREAK}").split(" ")
    return " ".join(
        _BREAK.join(part[i : i + _LONG_WORD] for i in range(0, len(part), _LONG_WORD)) for part in broken
    )
