"""Icons by what they mean, in the theme's colours."""

from __future__ import annotations

from PySide6.QtGui import QIcon

from bayesdesk.ui import theme

_NAMES = {
    "new": "ph.plus",
    "start": "ph.play",
    "try": "ph.flask",
    "save": "ph.floppy-disk",
    "undo": "ph.arrow-u-up-left",
    "redo": "ph.arrow-u-up-right",
    "stop": "ph.square",
    "again": "ph.arrow-clockwise",
    "follow": "ph.git-fork",
    "export": "ph.export",
    "remove": "ph.trash",
    "copy": "ph.copy",
    "star": "ph.star",
    "starred": "ph.star-fill",
    "compare": "ph.columns",
    "help": "ph.question",
    "check": "ph.check",
    "error": "ph.warning-circle",
    "warning": "ph.warning",
    "hint": "ph.info",
    "fix": "ph.lightbulb",
    "folder": "ph.folder-open",
    "environment": "ph.gear-six",
    "drag": "ph.dots-six-vertical",
    "up": "ph.caret-up",
    "down": "ph.caret-down",
    "more": "ph.dots-three",
    "close": "ph.x",
    "language": "ph.translate",
    "theme": "ph.moon",
}


def icon(meaning: str, colour: str | None = None) -> QIcon:
    """An icon; ``colour`` is one of the theme's, by default that of text."""
    import qtawesome

    made: QIcon = qtawesome.icon(_NAMES[meaning], color=colour or theme.palette().text)
    return made
