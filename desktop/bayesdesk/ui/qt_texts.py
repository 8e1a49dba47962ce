"""Qt's own texts, such as those of file dialogs and context menus, in the language in use."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QTranslator
from PySide6.QtWidgets import QApplication

_NAME = "texts of Qt"
_CATALOGUES = {"zh": "qtbase_zh_CN"}  # English needs none


def translate(application: QApplication, language: str) -> None:
    """Show Qt's texts in a language of :data:`bayescore.i18n.LANGUAGES`; a change reaches open widgets."""
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    installed = application.findChild(QTranslator, _NAME)
    catalogue = _CATALOGUES.get(language)
    if catalogue is None:
        if installed is not None:
            application.removeTranslator(installed)
            installed.setParent(None)
            installed.deleteLater()
        return
    if installed is None:
        made = QTranslator(application)
        made.setObjectName(_NAME)
        if made.load(catalogue, folder):
            application.installTranslator(made)
