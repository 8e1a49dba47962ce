"""The window on the screens that people have: sizes, titles, drops, desktops without a tray or without fonts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, QSettings, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFont, QGuiApplication
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
from Xlib import display

from bayescore.store import Database, DataFolder, JobState, jobs
from bayesdesk import store_opening
from bayesdesk.appearance import Appearance, system_text_px
from bayesdesk.import_dialog import ImportDialog
from bayesdesk.new_file_dialog import NewFileDialog
from bayesdesk.store_opening import open_store
from bayesdesk.ui import open_url
from bayesdesk.ui.message_box import MessageBox
from bayesdesk.window import MainWindow
from support.mapped import MappedWindows
from support.small_disk import SmallDisk
from support.stored_jobs import add_job
from support.window import TWO, WAIT_MS, finished_job, open_editor
from support.workspace import Workspace


def the_box(window: MainWindow, qtbot) -> MessageBox:
    def boxes() -> list[MessageBox]:
        return [box for box in window.findChildren(MessageBox) if box.isVisible()]

    qtbot.waitUntil(lambda: bool(boxes()), timeout=WAIT_MS)
    return boxes()[-1]


# ---- sizes

_SIZES = """
import sys
from pathlib import Path
from bayescore.store import Database, DataFolder
from bayesdesk.app import make_application
application = make_application(DataFolder(Path(sys.argv[1])))
from bayesdesk.window import MainWindow
window = MainWindow(Database(DataFolder(Path(sys.argv[1]))).open())
window.show_frame()
room = window.screen().availableGeometry()
print(window.width(), window.height(), room.width(), room.height())
"""


@contextmanager
def a_screen(size: str) -> Iterator[str]:
    """A virtual screen; yields its display."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size}x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    number = b""
    while not number.endswith(b"\n"):
        number += os.read(read, 16)
    os.close(read)
    yield f":{number.decode().strip()}"
    server.terminate()
    server.wait(timeout=10)


@pytest.mark.parametrize(("size", "scale"), [("1366x768", "1"), ("1920x1080", "2")])
def test_that_the_first_size_fits_the_screen(screen: None, tmp_path: Path, size: str, scale: str) -> None:
    if os.environ["QT_QPA_PLATFORM"] != "xcb":
        pytest.skip("there is no X server")
    with a_screen(size) as shown:
        done = subprocess.run(
            [sys.executable, "-c", _SIZES, str(tmp_path)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "DISPLAY": shown, "QT_SCALE_FACTOR": scale},
        )
    width, height, most_width, most_height = map(int, done.stdout.split())
    assert width <= most_width
    assert height + 40 <= most_height  # with its frame


def test_that_a_second_start_keeps_the_window_maximised(window: MainWindow, qtbot) -> None:
    window.showMaximized()
    qtbot.waitUntil(window.isMaximized, timeout=WAIT_MS)
    window.raise_and_open("")
    assert window.isMaximized()
    window.showNormal()


@pytest.mark.parametrize(("points", "shown"), [(9, 13), (12, 16), (30, 18)])
def test_that_the_text_has_the_size_of_the_desktop_unless_the_user_chose_one(
    qapp: QApplication, points: int, shown: int
) -> None:
    before, chosen = qapp.font(), QSettings().value("text_px")
    QSettings().remove("text_px")
    try:
        qapp.setFont(QFont(before.family(), points))
        assert system_text_px() == shown
        assert Appearance().text_px == shown
        QSettings().setValue("text_px", 14)
        assert Appearance().text_px == 14
    finally:
        qapp.setFont(before)
        QSettings().remove("text_px")
        if chosen is not None:
            QSettings().setValue("text_px", chosen)


# ---- names


def test_that_the_title_names_what_is_shown(window: MainWindow, workspace: Workspace, qtbot) -> None:
    assert window.windowTitle() == "Bayesdesk"
    page = finished_job(window, workspace, qtbot, max_job_count=2)
    assert window.windowTitle() == page.model.view.job.submission.name
    editor = open_editor(window, qtbot, workspace.project / "openbayes.yaml")
    assert window.windowTitle() == "project/openbayes.yaml[*]"
    assert not window.isWindowModified()
    editor.model.set(("command",), "python other.py")
    qtbot.waitUntil(window.isWindowModified, timeout=WAIT_MS)
    window.show_jobs()
    assert window.windowTitle() == "Jobs"
    assert not window.isWindowModified()
    assert not window.windowIcon().isNull()


def test_that_the_desktop_recognises_the_window(window: MainWindow, mapped: MappedWindows | None) -> None:
    """The name of the desktop file is the application's id under Wayland."""
    assert QGuiApplication.desktopFileName() == "bayesdesk"
    if mapped is not None:
        shown = display.Display(os.environ["DISPLAY"])
        assert "bayesdesk" in shown.create_resource_object("window", int(window.winId())).get_wm_class()
        shown.close()


# ---- files

SHOW_ERROR = MainWindow.show_error


def drop(window: MainWindow, *urls: QUrl) -> bool:
    """Drop on the middle of the window as the desktop does; returns whether it was accepted."""
    content = QMimeData()
    content.setUrls(list(urls))
    handle, at = window.windowHandle(), window.rect().center()
    actions, button, keys = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    entered = QDragEnterEvent(at, actions, content, button, keys)
    QApplication.sendEvent(handle, entered)
    dropped = QDropEvent(QPointF(at), actions, content, button, keys)
    QApplication.sendEvent(handle, dropped)
    return entered.isAccepted() and dropped.isAccepted()


def test_that_a_file_dropped_on_the_editor_is_opened_and_its_address_not_inserted(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path
) -> None:
    editor = open_editor(window, qtbot, workspace.write(specs=TWO))
    editor.show_sides("yaml")
    other = tmp_path / "other"
    workspace.run("init", "--from", "guide", "--folder", str(other))
    assert drop(window, QUrl.fromLocalFile(str(other / "openbayes.yaml")))
    qtbot.waitUntil(lambda: window.editor.model.file.parent == other, timeout=WAIT_MS)
    assert not editor.is_changed


def test_that_other_files_that_are_dropped_lead_to_what_can_be_done_with_them(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path
) -> None:
    workspace.write()
    open_editor(window, qtbot, workspace.project / "openbayes.yaml")
    program = tmp_path / "mine" / "train.py"
    program.parent.mkdir()
    program.write_text(
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', type=float, default=0.1)\n"
    )
    drop(window, QUrl.fromLocalFile(str(program)))
    qtbot.waitUntil(lambda: bool(window.findChildren(NewFileDialog)), timeout=WAIT_MS)
    window.findChild(NewFileDialog).reject()
    table = tmp_path / "table.csv"
    table.write_text("x,score\n0.1,0.2\n")
    drop(window, QUrl.fromLocalFile(str(table)))
    qtbot.waitUntil(lambda: bool(window.findChildren(ImportDialog)), timeout=WAIT_MS)
    window.findChild(ImportDialog).reject()
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG")
    for urls, words in (
        ([picture], "cannot be opened"),
        ([tmp_path / "missing.csv"], "There is no file"),
        ([picture, table], "one file or folder at a time"),
        ([tmp_path / "mine"], "There is no openbayes.yaml in"),
    ):
        drop(window, *(QUrl.fromLocalFile(str(path)) for path in urls))
        box = the_box(window, qtbot)
        assert words in box.words.text()
        box.reject()
    drop(window, QUrl("https://example.com/openbayes.yaml"))
    box = the_box(window, qtbot)
    assert "of this machine" in box.words.text()
    box.reject()


def test_that_the_local_file_opens_its_project(window: MainWindow, workspace: Workspace, qtbot) -> None:
    file = workspace.write(specs=TWO)
    window.open(str(file.with_name("openbayes.local.yaml")))
    qtbot.waitUntil(lambda: window.editor is not None, timeout=WAIT_MS)
    assert window.editor.model.file == file
    assert window.recent.files() == [file]


def test_that_what_no_program_opens_can_be_copied(
    window: MainWindow, qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_url.QDesktopServices, "openUrl", lambda _url: False)
    open_url.open_path(window, tmp_path)
    box = the_box(window, qtbot)
    assert str(tmp_path) in box.details.text().replace("\u200b", "")
    box.buttons["Copy the path"].click()
    assert QGuiApplication.clipboard().text() == str(tmp_path)
    open_url.open_path(window, tmp_path / "gone")
    box = the_box(window, qtbot)
    assert "no longer there" in box.words.text()
    box.reject()


# ---- desktops


def test_that_without_a_tray_the_window_tells_that_a_job_has_ended(window: MainWindow, qtbot) -> None:
    if QSystemTrayIcon.isSystemTrayAvailable():
        pytest.skip("there is a tray")
    job = add_job(window.database, name="night run")
    qtbot.waitUntil(lambda: [r.job.id for r in window.rows] == [job.id], timeout=WAIT_MS)
    assert window.notices.ended.isHidden()
    with window.database.write() as connection:
        jobs.move(connection, job.id, JobState.SUCCEEDED)
    qtbot.waitUntil(window.notices.ended.isVisible, timeout=WAIT_MS)
    assert window.notices.ended.words.text() == "night run: succeeded"
    qtbot.mouseClick(window.notices.show_ended_job, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.pages.shown_job == job.id, timeout=WAIT_MS)
    assert window.notices.ended.isHidden()


def test_that_a_start_without_a_display_ends_with_one_sentence() -> None:
    without = {
        k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    for changes, words in (({}, "There is no display"), ({"DISPLAY": ":4711"}, "on the display :4711")):
        done = subprocess.run(
            [sys.executable, "-m", "bayesdesk.app"],
            env={**without, "BAYESDESK_LANG": "en", "BAYESDESK_HOME": "/nonexistent", **changes},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert words in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_that_a_machine_without_chinese_fonts_shows_which_package_has_them(
    screen: None, tmp_path: Path
) -> None:
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{tmp_path}</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>")
    script = (
        "import sys; from pathlib import Path\n"
        "from bayescore.store import DataFolder; from bayesdesk.app import make_application\n"
        "make_application(DataFolder(Path(sys.argv[1])))\n"
        "from bayesdesk.fonts import install_command, lacks_chinese\n"
        "print(lacks_chinese(), install_command())"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    environment = {**os.environ, "FONTCONFIG_FILE": str(fonts), "BAYESDESK_LANG": "zh"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    lacks, _space, package = done.stdout.strip().partition(" ")
    assert lacks == "True"
    assert "noto" in package
    environment["BAYESDESK_LANG"] = "en"
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("False")


# ---- disks


def test_that_a_read_only_data_folder_is_shown_and_the_window_says_why(
    qapp, qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SmallDisk(tmp_path / "home")
    folder = DataFolder(disk.folder)
    database = Database(folder).open()
    job = add_job(database, ended=JobState.SUCCEEDED, name="kept")
    database.close()
    disk.make_read_only()
    window = MainWindow()
    try:
        opened = open_store(window, folder)
        assert opened is not None
        assert opened.trouble is not None
        window.fill(opened.database)
        window.tell_read_only(opened.trouble)
        window.start()
        qtbot.waitUntil(lambda: [r.job.id for r in window.rows] == [job.id], timeout=WAIT_MS)
        assert window.notices.read_only.isVisible()
        assert "cannot be written" in window.notices.read_only.words.text()
    finally:
        window.close()
        qtbot.waitUntil(window.isHidden, timeout=WAIT_MS)
        window.deleteLater()
        disk.unmount()


def test_that_a_store_that_cannot_be_opened_is_explained_in_a_dialog(
    qapp, qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SmallDisk(tmp_path / "home")
    shown: list[MessageBox] = []

    def answer(*arguments, **options) -> MessageBox:
        from bayesdesk.ui.message_box import ask

        box = ask(*arguments, **options)
        shown.append(box)
        QTimer.singleShot(0, box.buttons["Quit"].click)
        return box

    window = MainWindow()
    window.show()
    monkeypatch.setattr(store_opening, "ask", answer)
    try:
        disk.make_read_only()
        assert open_store(window, DataFolder(disk.folder / "bayesdesk")) is None
        assert "read-only" in shown[0].words.text()
    finally:
        window.close()
        window.deleteLater()
        disk.unmount()
