"""Uses the window on the display of ``slow_line.py`` and says when to count."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PySide6.QtCore import QEventLoop, QPoint, QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from Xlib import X, display
from Xlib.ext import xtest

from bayescore.store import DataFolder
from bayesdesk.app import make_application

_SIZE = (1440, 900)
_SETTLE_MS = 3000
_MOVE_MS = 16  # between two moves of a fast mouse
_DRAG_S, _LIVE_S, _BLINK_S = 4.0, 10.0, 5.0
_LETTERS = 20
_COMMIT_S = 0.25  # between two writes of a running job: about as many as four trials do
_PARAMETERS = 8


def ask(*words: object) -> None:
    """Tell the parent what to count, and wait until it has."""
    turn(200)
    print(*words, sep="\t", flush=True)
    sys.stdin.readline()


@contextmanager
def counted(name: str, amount: float | None = None) -> Iterator[None]:
    """Count what is sent meanwhile, for each of ``amount``; by default for each second that it takes."""
    ask("begin")
    began = time.monotonic()
    yield
    ask("end", name, amount or time.monotonic() - began)


def turn(milliseconds: int) -> None:
    """Let the event loop run for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def until(condition: Callable[[], object]) -> None:
    while not condition():
        turn(10)


class Mouse:
    """A mouse on the screen behind the proxy, so that its own bytes are not counted."""

    def __init__(self) -> None:
        self._display = display.Display(os.environ["REAL_DISPLAY"])

    def move(self, widget: QWidget, x: float, y: float) -> None:
        at = widget.mapToGlobal(QPoint(round(x), round(y)))
        xtest.fake_input(self._display, X.MotionNotify, x=at.x(), y=at.y())
        self._display.sync()

    def press(self, *, down: bool) -> None:
        xtest.fake_input(self._display, X.ButtonPress if down else X.ButtonRelease, 1)
        self._display.sync()

    def follow(self, widget: QWidget, path: Callable[[float], tuple[float, float]]) -> None:
        """Move along a path, whose argument goes from 0 to 1."""
        began = time.monotonic()
        while (share := (time.monotonic() - began) / _DRAG_S) < 1:
            self.move(widget, *path(share))
            turn(_MOVE_MS)


def main(folder: Path) -> None:
    """Do what people do, one after the other."""
    os.environ["BAYESDESK_HOME"] = str(folder / "home")
    application = make_application(DataFolder(folder / "home"))
    QSettings().setValue("welcome/seen", "yes")
    QSettings().setValue("told/goes_on", True)
    QSettings().setValue("language", "en")
    QSettings().setValue("theme", "light")
    from bayesdesk.window import MainWindow
    from support.workspace import Workspace

    workspace = Workspace(folder)
    specs = [
        {"name": name, "type": "DOUBLE", "min_value": 0.0, "max_value": 1.0}
        for name in ("x", *(f"parameter_{i}" for i in range(1, _PARAMETERS)))
    ]
    workspace.write(specs=specs, max_job_count=100, algorithm="Random")
    job, large = stored(workspace, 100, 30), stored(workspace, 1000, 1)
    window = MainWindow(workspace.database())
    window.resize(*_SIZE)
    window.show()
    window.move(0, 0)
    window.start()
    window.activateWindow()
    mouse = Mouse()
    job_page(window, job)
    turn(_SETTLE_MS)
    with counted("nothing happens", _BLINK_S):
        turn(round(_BLINK_S * 1000))
    over_chart(window, mouse)
    for name, count in ((job, "100"), (large, "1,000")):
        brushing(job_page(window, name), mouse, f"brushing {count} trials")
    page = job_page(window, job)
    hovering(page, mouse)
    live(window, folder / "home", mouse)
    editing(window, workspace.project)
    window.close()
    application.processEvents()
    os._exit(0)  # an action under way would ask


def stored(workspace, count: int, steps: int) -> str:  # type: ignore[no-untyped-def]
    """Insert a job with random parameters, which takes less time than suggestions; returns its id."""
    from bayescore.app.options import Options
    from bayescore.app.prepare import prepare
    from bayescore.store import JobState, NewPoints, TrialState, jobs, trials
    from bayescore.store.points import PointWriter

    workspace.allow()
    database, rng = workspace.database(), np.random.default_rng(1)
    submission = prepare(workspace.project, Options(seed=1)).submission
    writer = PointWriter()
    with database.write() as connection:
        job = jobs.add(connection, submission)
        jobs.move(connection, job.id, JobState.RUNNING)
        for number in range(1, count + 1):
            parameters = {
                spec.name: float(rng.random()) for spec in submission.config.hyper_tuning.parameter_specs
            }
            value = parameters["x"] * 0.7 + parameters["parameter_1"] * 0.3
            trial = trials.add(connection, job.id, number, parameters, "random")
            for state in (TrialState.STARTING, TrialState.RUNNING):
                trial = trials.move(connection, trial, state)
            points = [(name, value * (i + 1) / steps) for name in ("score", "loss") for i in range(steps)]
            writer.append(connection, [NewPoints(job.seq, trial.id, trial.attempt, points)])
            trials.move(connection, trial, TrialState.SUCCEEDED, value=value, exit_code=0)
        jobs.move(connection, job.id, JobState.SUCCEEDED)
    database.close()
    return str(job.id)


def job_page(window, job: str):  # type: ignore[no-untyped-def]
    window.show_job(job)
    until(lambda: window.job_page is not None and window.job_page.model.view.job.id == job)
    return window.job_page


def over_chart(window, mouse: Mouse) -> None:  # type: ignore[no-untyped-def]
    page = window.job_page.charts
    with counted("hovering over a chart", _DRAG_S):
        mouse.follow(page, lambda s: (60 + s * 700, 180 + 60 * math.sin(s * 30)))


def brushing(page, mouse: Mouse, name: str) -> None:  # type: ignore[no-untyped-def]
    page.tabs.setCurrentIndex(page.names.index("parallel-coordinates"))
    canvas = page.parallel.canvas
    turn(_SETTLE_MS)
    item = canvas.item
    x, low, high = item.x_of(3), item.y_of(0.15), item.y_of(0.9)
    mouse.move(canvas, x, low)
    turn(300)
    changes: list[int] = []
    page.model.subscribe(lambda _change: changes.append(1))
    with counted(name, _DRAG_S):
        mouse.press(down=True)
        mouse.follow(canvas, lambda s: (x, low + (high - low) * (0.55 - 0.45 * math.cos(s * 4 * math.pi))))
        mouse.press(down=False)
        until(lambda: not canvas.item.is_busy)
        turn(1000)
    ask("figure", f"{name}: filters a second", len(changes) / _DRAG_S, "")
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    turn(1000)


def hovering(page, mouse: Mouse) -> None:  # type: ignore[no-untyped-def]
    canvas = page.parallel.canvas
    turn(_SETTLE_MS)
    width, height = canvas.width(), canvas.height()
    seen: set[int | None] = set()
    watch = QTimer()
    watch.timeout.connect(lambda: seen.add(canvas.item.hovered))
    watch.start(20)
    with counted("hovering over lines", _DRAG_S):
        mouse.follow(
            canvas, lambda s: (width * (0.1 + 0.8 * s), height * (0.5 + 0.25 * math.sin(s * 12 * math.pi)))
        )
        turn(500)
    watch.stop()
    ask("figure", "hovering over lines: lines a second", len(seen) / _DRAG_S, "")


def live(window, home: Path, mouse: Mouse) -> None:  # type: ignore[no-untyped-def]
    from bench.window_script import filled

    job = filled(home, 20, 3, 50)
    page = job_page(window, job)
    mouse.move(window, 4, 4)
    for tab, name in (
        ("charts", "live charts"),
        ("parallel-coordinates", "live parallel coordinates"),
        ("trials", "live table"),
    ):
        page.tabs.setCurrentIndex(page.names.index(tab))
        turn(_SETTLE_MS)
        writing = subprocess.Popen([sys.executable, __file__, "write", str(home), str(_LIVE_S)])
        with counted(name):
            until(lambda: writing.poll() is not None)  # noqa: B023
            turn(1000)


def write(home: Path, seconds: float) -> None:
    """Let the four last trials report, one point of each metric at a time."""
    from bayescore.store import Database, NewPoints, jobs, trials
    from bayescore.store.points import PointWriter

    database = Database(DataFolder(home)).open()
    with database.read() as connection:
        found = trials.active(connection)[-4:]
        job = jobs.get(connection, found[0].job)
    writer, end = PointWriter(), time.monotonic() + seconds
    step = 0
    while time.monotonic() < end:
        with database.write() as connection:
            for trial in found:
                step += 1
                values = tuple((name, 0.5 + 0.4 * math.sin(step / 7)) for name in ("score", "loss", "m0"))
                writer.append(connection, [NewPoints(job.seq, trial.id, 1, values)])
        time.sleep(_COMMIT_S)


def editing(window, project: Path) -> None:  # type: ignore[no-untyped-def]
    file = project / "openbayes.yaml"
    from support.builders import FILE

    file.write_text(FILE)
    window.open_file(file)
    until(lambda: window.editor is not None and window.editor.model.is_current)
    editor = window.editor.yaml
    turn(_SETTLE_MS)
    cursor = editor.textCursor()
    cursor.setPosition(window.editor.model.text.index("python main.py") + len("python main.py"))
    editor.setTextCursor(cursor)
    editor.setFocus()
    turn(1500)
    with counted("blinking caret in the YAML", _BLINK_S):
        turn(round(_BLINK_S * 1000))
    letters(window, editor, "one letter in the YAML")
    field = window.editor.form.parameters.reveal(0).name
    field.setFocus()
    turn(1500)
    with counted("blinking caret in the form", _BLINK_S):
        turn(round(_BLINK_S * 1000))
    letters(window, field, "one letter in the form")
    for model in (window.editor.model, window.editor.local):
        model.text_document.setModified(False)


def letters(window, target: QWidget, name: str) -> None:  # type: ignore[no-untyped-def]
    QTest.keyClick(target, "a")  # the first one also shows that the file is changed
    until(lambda: window.editor.model.is_current)
    turn(1500)
    with counted(name, _LETTERS):
        for letter in "abcdefghij" * (_LETTERS // 10):
            QTest.keyClick(target, letter)
            turn(150)
        until(lambda: window.editor.model.is_current)
        turn(500)


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        write(Path(sys.argv[2]), float(sys.argv[3]))
    else:
        with tempfile.TemporaryDirectory() as place:
            main(Path(place))
