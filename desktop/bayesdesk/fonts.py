"""Whether the fonts of this machine can show Chinese."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics
from PySide6.QtWidgets import QWidget

from bayescore.i18n import language, text
from bayesdesk.appearance import Appearance
from bayesdesk.ui.message_box import Answer, ask

_PACKAGES = (  # what marks a distribution, and the command that installs its package
    ("/etc/debian_version", "sudo apt-get install fonts-noto-cjk"),
    ("/etc/fedora-release", "sudo dnf install google-noto-sans-cjk-fonts"),
    ("/etc/redhat-release", "sudo dnf install google-noto-sans-cjk-ttc-fonts"),
    ("/etc/arch-release", "sudo pacman -S noto-fonts-cjk"),
    ("/etc/SUSE-brand", "sudo zypper install google-noto-sans-sc-fonts"),
)
_SAMPLE = "参"


def lacks_chinese() -> bool:
    """Whether the window is in Chinese and no font has its characters."""
    if language() != "zh":
        return False
    if QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese):
        return False
    return not QFontMetrics(QFont()).inFont(_SAMPLE)


def check_fonts(window: QWidget, appearance: Appearance) -> None:
    """Tell in English, which can be read, that Chinese cannot."""
    if not lacks_chinese():
        return
    words = text("No font on this machine has Chinese characters.")
    advice = text("Install one and start the window again: {command}", command=install_command())
    english = Answer("English", lambda: appearance.set_language("en"), "primary")
    ask(window, words.render("en"), advice.render("en"), answers=[Answer("OK"), english])


def install_command(exists: Callable[[Path], bool] = Path.exists) -> str:
    """The command that installs a font with Chinese characters; by default that of Debian."""
    return next((command for mark, command in _PACKAGES if exists(Path(mark))), _PACKAGES[0][1])
