"""Icons by what they mean, in the theme's colours."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QIcon

from bayesdesk.ui import theme

if TYPE_CHECKING:
    from qtawesome.iconic_font import IconicFont

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
    "cloud": "ph.cloud-arrow-up",
    "language": "ph.translate",
    "theme": "ph.moon",
    "trust": "ph.shield-warning",
    "process": "ph.terminal-window",
    "cluster": "ph.share-network",
    "engine": "ph.cube",
    "write": "ph.pencil-simple",
    "read": "ph.folder",
    "variable": "ph.key",
    "mirror": "ph.cloud-arrow-down",
    "network": "ph.globe",
}


def icon(meaning: str, colour: str | None = None) -> QIcon:
    """An icon; ``colour`` is one of the theme's, by default that of text."""
    made: QIcon = _font().icon(_NAMES[meaning], color=colour or theme.palette().text)
    return made


@cache
def _font() -> IconicFont:
    """The one icon font in use; QtAwesome's own ``icon`` would load, and check, all twelve."""
    import qtawesome
    from qtawesome.iconic_font import IconicFont

    folder = Path(qtawesome.__file__).parent / "fonts"
    (letters,) = folder.glob("phosphor-*.ttf")
    (names,) = folder.glob("phosphor-charmap-*.json")
    return IconicFont(("ph", letters.name, names.name))
