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


_LOOK_ALIKES = str.maketrans({"<": "‹", ">": "›", "&": "＆"})
_MOST_CHARACTERS = 500


def without_markup(words: str) -> str:
    """The words for a desktop's notifications, some of which know markup and some of which do not.

    What could be escaped for the ones would be shown escaped by the others, so look-alikes stand for the
    letters of markup, and control codes are left out.
    """
    shown = "".join(c for c in words[:_MOST_CHARACTERS] if c.isprintable() or c == "\n")
    return shown.translate(_LOOK_ALIKES)
