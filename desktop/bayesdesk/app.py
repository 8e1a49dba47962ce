"""``bayesdesk-gui [FILE|FOLDER] [--job JOB]``: the desktop application."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from bayescore.errors import BayesdeskError
from bayescore.files import PrivateLog
from bayescore.i18n import preferred_language, set_language
from bayescore.store import DataFolder
from bayesdesk.appearance import apply_settings
from bayesdesk.arguments import read_target
from bayesdesk.input_method import choose_input_method
from bayesdesk.single_instance import SingleInstance
from bayesdesk.ui import speech, style
from bayesdesk.ui.collecting import GuiThreadCollector
from bayesdesk.ui.focus_ring import FocusRing

if TYPE_CHECKING:
    from bayesdesk.window import MainWindow

_LOG_BYTES = 2**20
_SETTINGS = "settings"  # folder of Qt's settings
_SWITCH_S = 0.0005  # that the GUI thread waits for a busy thread, several times for each key press


def main() -> None:
    """Run the application until its window is closed."""
    set_language(preferred_language())  # of the help and of errors before the settings are read
    target = read_target()
    folder = DataFolder.default()
    try:
        folder.prepare()
    except BayesdeskError as error:
        sys.exit(str(error))
    choose_input_method()
    application = make_application(folder)
    instance = SingleInstance(folder)
    if instance.is_second(target):
        return
    instance.listen()
    from bayesdesk.window import MainWindow

    window = MainWindow()
    window.show_first()
    from bayescore.app.engine_control import resume
    from bayescore.store import Database  # SQLAlchemy takes longer to load than the window to appear

    try:
        database = Database(folder).open()
    except BayesdeskError as error:
        sys.exit(str(error))
    window.fill(database)
    window.background.run(lambda: resume(database), failed=window.show_error)
    instance.opened.connect(window.raise_and_open)
    sys.excepthook = _hook(window)
    window.start()
    if target:
        window.open(target)
    sys.exit(application.exec())


def make_application(folder: DataFolder) -> QApplication:
    """The Qt application in the user's language and theme; its settings are in the data folder."""
    (folder.root / _SETTINGS).mkdir(mode=0o700, parents=True, exist_ok=True)
    logging.basicConfig(
        level=logging.INFO, handlers=[PrivateLog(folder.root / "window.log", _LOG_BYTES, backups=1)]
    )
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder.root))
    found = QApplication.instance()
    application = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    GuiThreadCollector(application)
    FocusRing(application)
    speech.install()
    sys.setswitchinterval(_SWITCH_S)
    application.setOrganizationName(_SETTINGS)
    application.setApplicationName("bayesdesk")
    application.setApplicationDisplayName("Bayesdesk")
    style.load_fonts()
    apply_settings(application)
    return application


def _hook(window: MainWindow) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """A hook for uncaught exceptions: the window shows them and continues."""

    def show(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        logging.getLogger(__name__).error("uncaught exception", exc_info=(kind, error, traceback))
        if isinstance(error, Exception):
            window.show_error(error)

    return show


if __name__ == "__main__":
    main()
