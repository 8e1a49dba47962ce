"""``bayesdesk-gui [FILE|FOLDER] [--job JOB]``: the desktop application."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from bayescore.errors import BayesdeskError, NotWritableError
from bayescore.files import PrivateLog
from bayescore.i18n import preferred_language, set_language
from bayescore.resources import resource
from bayescore.store import DataFolder
from bayesdesk.appearance import apply_settings
from bayesdesk.arguments import read_target
from bayesdesk.display import create_application
from bayesdesk.ending import end_process
from bayesdesk.input_method import choose_input_method
from bayesdesk.single_instance import SingleInstance
from bayesdesk.ui import speech, style
from bayesdesk.ui.collecting import GuiThreadCollector
from bayesdesk.ui.focus_ring import FocusRing

if TYPE_CHECKING:
    from bayesdesk.window import MainWindow

_LOG_BYTES = 2**20
_SETTINGS = "settings"  # folder of Qt's settings
_NAME = "bayesdesk"  # of the desktop file, also of one that is not installed: the window's id under Wayland
_SWITCH_S = 0.0005  # that the GUI thread waits for a busy thread, several times for each key press


def main() -> None:
    """Run the application until its window is closed."""
    set_language(preferred_language())  # of the help and of errors before the settings are read
    target = read_target()
    folder = DataFolder.default()
    choose_input_method()  # Qt reads it when the application is made
    application = make_application(folder if _may_use(folder) else None)
    instance = SingleInstance(folder)
    if instance.is_second(target):
        return
    instance.listen()
    from bayesdesk.window import MainWindow

    window = MainWindow()
    window.show_first()
    from bayescore.app.engine_control import resume
    from bayescore.app.notifications import keep_language
    from bayesdesk.store_opening import open_store  # loads SQLAlchemy, which takes longer than the window

    sys.excepthook = _hook(window)
    opened = open_store(window, folder)
    if opened is None:
        sys.exit(1)
    window.fill(opened.database)
    if opened.trouble is None:
        window.background.run(lambda: resume(opened.database), failed=window.show_error)
        window.background.run(lambda: keep_language(opened.database), failed=window.show_error)
    else:
        window.tell_read_only(opened.trouble)
    instance.opened.connect(window.raise_and_open)
    window.start()
    if target:
        window.open(target)
    end_process(application.exec())


def _may_use(folder: DataFolder) -> bool:
    """Whether the folder is private to this account; if it cannot be written, it can at least be read."""
    try:
        folder.prepare()
    except NotWritableError:
        return True
    except BayesdeskError:
        return False  # nothing may be written there; the dialog gives the reason when the store is opened
    return True


def make_application(folder: DataFolder | None) -> QApplication:
    """The Qt application in the user's language and theme; its settings are in the data folder.

    It also starts when the folder cannot be written, or without one, with the usual settings and no log.
    """
    if folder is not None:
        with suppress(OSError):
            (folder.root / _SETTINGS).mkdir(mode=0o700, parents=True, exist_ok=True)
    logging.basicConfig(level=logging.INFO, handlers=[_log_of(folder)])
    logging.raiseExceptions = False  # a line that finds no room on the disk is lost
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    place = os.devnull if folder is None else str(folder.root)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, place)
    found = QApplication.instance()
    application = found if isinstance(found, QApplication) else create_application(sys.argv[:1])
    GuiThreadCollector(application)
    FocusRing(application)
    speech.install()
    sys.setswitchinterval(_SWITCH_S)
    application.setOrganizationName(_SETTINGS)
    application.setApplicationName(_NAME)
    application.setApplicationDisplayName("Bayesdesk")
    application.setDesktopFileName(_NAME)
    application.setWindowIcon(QIcon(str(resource("icons", "bayesdesk.svg"))))
    application.setStyle("Fusion")  # once: each time, every widget is drawn up again
    style.load_fonts()
    apply_settings(application)
    return application


def _log_of(folder: DataFolder | None) -> logging.Handler:
    if folder is None:
        return logging.NullHandler()
    try:
        return PrivateLog(folder.root / "window.log", _LOG_BYTES, backups=1)
    except OSError:
        return logging.NullHandler()


def _hook(window: MainWindow) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """A hook for uncaught exceptions: the window shows them and continues."""

    def show(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        logging.getLogger(__name__).error("uncaught exception", exc_info=(kind, error, traceback))
        if isinstance(error, Exception):
            window.show_error(error)

    return show


if __name__ == "__main__":
    main()
