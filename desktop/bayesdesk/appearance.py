"""The language and the theme of the window, which are remembered."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QApplication

from bayescore.i18n import language, set_language
from bayesdesk.ui import style


class Appearance(QObject):
    """Changes language and theme; everything that is shown must be built again afterwards."""

    changed = Signal()

    def switch_language(self) -> None:
        """Switch between English and Chinese."""
        wanted = "en" if language() == "zh" else "zh"
        set_language(wanted)
        QSettings().setValue("language", wanted)
        self.changed.emit()

    def switch_theme(self) -> None:
        """Switch between light and dark."""
        settings = QSettings()
        wanted = "light" if settings.value("theme") == "dark" else "dark"
        settings.setValue("theme", wanted)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        style.apply(application, wanted)
        self.changed.emit()
