"""Other people's words shown letter by letter.

Tool tips and message boxes take what looks like markup for markup, and the names of
jobs, metrics and files are not ours to trust. (Labels are told to show plain text.)
"""

from __future__ import annotations

import html

from PySide6.QtGui import Qt


def as_text(words: str) -> str:
    """The words, such that Qt shows them as they are."""
    if not Qt.mightBeRichText(words):
        return words
    return "<span>" + html.escape(words).replace("\n", "<br>") + "</span>"
