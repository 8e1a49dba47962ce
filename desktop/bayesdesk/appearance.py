"""The language, the theme and the sizes of the window, which are remembered."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication

from bayescore.i18n import LANGUAGES, language, preferred_language, set_language
from bayesdesk.ui import qt_texts, style, theme

SYSTEM = "system"  # the theme follows the desktop's
ZOOMS = (70, 80, 90, 100, 110, 125, 150, 175, 200)  # percent
TEXT_SIZES = range(11, 19)  # px


class Appearance(QObject):
    """Changes how everything looks; what is shown must be built again afterwards."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        _application().styleHints().colorSchemeChanged.connect(self._follow_system)

    # ---- language

    def set_language(self, wanted: str) -> None:
        """Use a language of :data:`bayescore.i18n.LANGUAGES`."""
        if wanted != language():
            set_language(wanted)
            qt_texts.translate(_application(), wanted)
            QSettings().setValue("language", wanted)
            self.changed.emit()

    def switch_language(self) -> None:
        """Switch between English and Chinese."""
        self.set_language("en" if language() == "zh" else "zh")

    # ---- theme

    @property
    def theme(self) -> str:
        """``light``, ``dark`` or ``system``."""
        return _theme()

    def set_theme(self, wanted: str) -> None:
        """Use a theme."""
        self._set("theme", wanted)

    def switch_theme(self) -> None:
        """Switch between light and dark."""
        self.set_theme("light" if _shown_theme() == "dark" else "dark")

    def _follow_system(self) -> None:
        if self.theme == SYSTEM:
            self._apply()

    # ---- sizes

    @property
    def zoom(self) -> int:
        """Size of the whole interface in percent."""
        return _number("zoom", theme.DEFAULT_ZOOM, ZOOMS)

    def set_zoom(self, percent: int) -> None:
        """Use a size of :data:`ZOOMS`."""
        self._set("zoom", percent)

    def zoom_in(self) -> None:
        """Use the next larger size."""
        self.set_zoom(next((z for z in ZOOMS if z > self.zoom), ZOOMS[-1]))

    def zoom_out(self) -> None:
        """Use the next smaller size."""
        self.set_zoom(next((z for z in reversed(ZOOMS) if z < self.zoom), ZOOMS[0]))

    def reset_zoom(self) -> None:
        """Use the normal size."""
        self.set_zoom(theme.DEFAULT_ZOOM)

    @property
    def text_px(self) -> int:
        """Size of the text before it is zoomed."""
        return _number("text_px", system_text_px(), TEXT_SIZES)

    def set_text_px(self, size: int) -> None:
        """Use a text size of :data:`TEXT_SIZES`."""
        self._set("text_px", size)

    def _set(self, key: str, value: object) -> None:
        settings = QSettings()
        if str(settings.value(key)) != str(value):
            settings.setValue(key, value)
            self._apply()

    def _apply(self) -> None:
        apply_settings(_application())
        self.changed.emit()


def apply_settings(application: QApplication) -> None:
    """Use the remembered language, theme and sizes."""
    chosen = QSettings().value("language")
    set_language(chosen if chosen in LANGUAGES else preferred_language())
    qt_texts.translate(application, language())
    zoom = _number("zoom", theme.DEFAULT_ZOOM, ZOOMS)
    theme.use_sizes(zoom, _number("text_px", system_text_px(), TEXT_SIZES))
    style.apply(application, _shown_theme())


def system_text_px() -> int:
    """The desktop's text size, within what the window can use; the usual one is the smallest.

    Qt's own choice where there is no desktop, 9 points, is smaller than what anybody has chosen.
    """
    size = QFontInfo(_application().font()).pixelSize()
    return max(theme.DEFAULT_TEXT_PX, min(size, TEXT_SIZES[-1]))


def _theme() -> str:
    chosen = QSettings().value("theme")
    return str(chosen) if chosen in theme.THEMES else SYSTEM


def _shown_theme() -> str:
    chosen = _theme()
    if chosen != SYSTEM:
        return chosen
    is_dark = _application().styleHints().colorScheme() is Qt.ColorScheme.Dark
    return "dark" if is_dark else "light"


def _number(key: str, default: int, allowed: tuple[int, ...] | range) -> int:
    """A remembered number; Qt reads it from the file as text."""
    written = str(QSettings().value(key, default))
    return int(written) if written.isdigit() and int(written) in allowed else default


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application
