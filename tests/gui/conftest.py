"""A real window on a real (virtual) screen, and a watch over what it does on the GUI thread."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.workspace import BIN, Workspace

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication

from bayescore.i18n import set_language
from bayesdesk.app import make_application
from bayesdesk.window import MainWindow

if TYPE_CHECKING:
    from support.mapped import MappedWindows
    from support.pointer import Pointer

DESKTOP = str(Path(sys.modules["bayesdesk"].__file__ or "").parent)
WATCHED = {"open", "sqlite3.connect", "socket.connect", "subprocess.Popen"}
ALLOWED = (
    "icons.py",  # the drawings of the icons, once
    "runtimes.py",  # the catalogue of runtimes, once
    "colormap.py",  # a colour map, once
    "gettext",
    "i18n.py",  # the catalogue of a language, once when it is switched to
    "logging",  # lines of the log: microseconds
    "conftest.py",
)
violations: list[str] = []


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    """Note what blocks the GUI thread when the window's own code asks for it."""
    if event not in WATCHED or threading.current_thread() is not threading.main_thread():
        return
    if event == "open" and isinstance(arguments[0], int):
        return  # a descriptor, whose opening was noted
    if event == "open" and (str(arguments[0]).endswith(".py") or "__pycache__" in str(arguments[0])):
        return  # modules are loaded where they are first used
    frame, seen = sys._getframe(1), []
    while frame is not None:
        seen.append(frame.f_code.co_filename)
        frame = frame.f_back
    if any(f.startswith(DESKTOP) for f in seen) and not any(a in f for f in seen for a in ALLOWED):
        own = next(f for f in seen if f.startswith(DESKTOP))
        violations.append(f"{event}{arguments[:1]} from {own}")


sys.addaudithook(_hook)


@pytest.fixture(scope="session")
def screen() -> Iterator[None]:
    """A screen of this worker's own."""
    if shutil.which("Xvfb") is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        yield
        return
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    number = b""
    while not number.endswith(b"\n"):
        number += os.read(read, 16)
    os.environ["DISPLAY"] = f":{number.decode().strip()}"
    os.environ["QT_QPA_PLATFORM"] = "xcb"
    yield
    server.terminate()
    server.wait(timeout=10)


@pytest.fixture(scope="session")
def qapp(screen: None, tmp_path_factory: pytest.TempPathFactory) -> QApplication:
    """The one application of these tests."""
    from bayescore.store import DataFolder

    return make_application(DataFolder(tmp_path_factory.mktemp("settings")))


@pytest.fixture
def pointer(qapp: QApplication) -> Iterator[Pointer]:
    """A real mouse on the real (virtual) screen."""
    if os.environ["QT_QPA_PLATFORM"] != "xcb":
        pytest.skip("there is no X server")
    from support.pointer import Pointer

    made = Pointer()
    yield made
    made.close()


@pytest.fixture
def mapped(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[MappedWindows | None]:
    """A watch over the windows on the screen; ``None`` without an X server."""
    if os.environ["QT_QPA_PLATFORM"] != "xcb":
        yield None
        return
    from support.mapped import MappedWindows

    made = MappedWindows(monkeypatch)
    yield made
    made.close()


@pytest.fixture
def errors() -> list[str]:
    """Errors that the window has shown; a test that expects one takes it away."""
    return []


@pytest.fixture
def window(
    qapp: QApplication,
    qtbot,
    workspace: Workspace,
    errors: list[str],
    mapped: MappedWindows | None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[MainWindow]:
    """The main window over a workspace's data folder, in English and light colours."""
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("BAYESDESK_HOME", str(workspace.data.root))
    workspace.data.root.mkdir(parents=True, exist_ok=True)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(workspace.data.root))
    settings = QSettings()
    settings.clear()
    settings.setValue("theme", "light")
    settings.setValue("told/goes_on", True)
    settings.setValue("welcome/seen", "yes")
    set_language("en")
    violations.clear()
    monkeypatch.setattr(MainWindow, "show_error", lambda _self, error: errors.append(str(error)))
    made = MainWindow(workspace.database())
    made.start()
    qtbot.waitExposed(made)
    yield made
    if made.editor is not None:
        for model in (made.editor.model, made.editor.local):
            model.text_document.setModified(False)
    made.close()
    qtbot.waitUntil(made.isHidden, timeout=30_000)  # it waits for actions under way
    made.deleteLater()
    QCoreApplication.sendPostedEvents(made, QEvent.Type.DeferredDelete)
    set_language("en")
    assert errors == []
    assert violations == []
    assert mapped is None or mapped.strays() == []
