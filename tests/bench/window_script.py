"""One measurement of the window in its own process: ``python window_script.py PART``."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from bayescore.store import DataFolder
from bayesdesk.app import make_application

_TICK_MS = 1


def say(name: str, value: float) -> None:
    print(f"{name}\t{value}", flush=True)


def turn(milliseconds: int) -> None:
    """Let the event loop run for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


class Pulse:
    """Measures how long the event loop is blocked, by a timer with an interval of one millisecond."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._beat)

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append((now - self._last) * 1e3)
        self._last = now

    def __enter__(self) -> Pulse:
        self._last = time.perf_counter()
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.stop()

    def say(self, name: str) -> None:
        """Print the 95th percentile and the longest of the intervals."""
        gaps = np.sort(np.array(self.gaps))
        say(f"{name}, 95 %", float(np.percentile(gaps, 95)))
        say(f"{name}, longest", float(gaps[-1]))


def application(folder: Path) -> QApplication:
    return make_application(DataFolder(folder))


def start(folder: Path) -> None:
    """Create a store, then measure the start in another process."""
    import subprocess

    from bayescore.store import Database

    Database(DataFolder(folder)).open().close()
    script = Path(__file__).with_name("start_script.py")
    subprocess.run([sys.executable, script, str(folder), str(time.time())], check=True)


def typing(folder: Path) -> None:
    """Key presses in a text of 2,000 lines, and the form that follows after the pause."""
    app = application(folder)
    from bayescore.store import Database
    from bayesdesk.editor.edited_project import EditedProject
    from bayesdesk.editor.editor_page import EditorPage
    from bayesdesk.editor.sources import config_source, local_source
    from bayesdesk.editor.text_model import ConfigModel, LocalModel
    from bayesdesk.services.background import Background
    from bayesdesk.services.drafts import Drafts
    from bayesdesk.services.machine_watch import MachineWatch
    from support.builders import FILE

    specs = "".join(
        f"    - name: p{i}  # 参数 {i}\n      type: DOUBLE\n      min_value: 0.{i + 1}\n      max_value: {i + 2}\n"
        "      scale_type: UNIT_LINEAR_SCALE\n"
        for i in range(57)
    )
    comments = "# a note\n" * 1700
    database, background = Database(DataFolder(folder)).open(), Background()
    model = ConfigModel(
        config_source(folder / "openbayes.yaml", (FILE + specs + comments).encode()), background
    )
    local = LocalModel(local_source(folder / "openbayes.local.yaml", b""), background)
    page = EditorPage(
        EditedProject(model, local, Drafts(folder), background),
        background,
        database,
        MachineWatch(database, background),
    )
    page.resize(1280, 800)
    page.show()
    editor = page.yaml
    turn(400)
    cursor = editor.textCursor()
    cursor.setPosition(model.text.index("max_job_count: 10") + len("max_job_count: 10"))
    editor.setTextCursor(cursor)
    presses, follows = [], []
    for i in range(20):
        began = time.perf_counter()
        QTest.keyClick(editor, Qt.Key.Key_Backspace if i % 2 else Qt.Key.Key_0)
        app.processEvents()
        presses.append((time.perf_counter() - began) * 1e3)
        while not model.is_current:
            turn(5)
        follows.append((time.perf_counter() - began) * 1e3)
    say("text of 2,000 lines, one key press: GUI thread", float(np.median(presses)))
    say("text of 2,000 lines, from a key press to the form", float(np.median(follows)))


class Paints(QObject):
    """Counts how often a widget has been painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.Paint
        return False


def press(target: QWidget, painted: QWidget, keys: str) -> list[float]:
    """Milliseconds of each key press, until the text is painted and the event loop is free."""
    paints, spent = Paints(painted), []
    for i, key in enumerate(keys):
        before, began = paints.count, time.perf_counter()
        QTest.keyClick(target, key)
        while paints.count == before:
            QApplication.processEvents()
        QApplication.processEvents()
        spent.append((time.perf_counter() - began) * 1e3)
        turn(100 if i % 6 else 350)  # a person's rhythm: now and then the text is analysed
    return spent


def parameters(folder: Path) -> None:
    """A project with many parameters, each with a problem that has a quick fix: opening, typing, scrolling."""
    application(folder)
    from bayescore.store import Database
    from bayesdesk.editor.edited_project import EditedProject
    from bayesdesk.editor.editor_page import EditorPage
    from bayesdesk.editor.sources import config_source, local_source
    from bayesdesk.editor.text_model import ConfigModel, LocalModel
    from bayesdesk.services.background import Background
    from bayesdesk.services.drafts import Drafts
    from bayesdesk.services.machine_watch import MachineWatch
    from support.builders import FILE

    database, background = Database(DataFolder(folder)).open(), Background()
    for count in (200, 40):
        specs = "".join(
            f"    - name: parameter_{i}\n      type: DOUBLE\n      min_value: 0.1\n      max_value: 10\n"
            "      scale_typ: UNIT_LOG_SCALE\n"
            for i in range(count)
        )
        began = time.perf_counter()
        model = ConfigModel(config_source(folder / "openbayes.yaml", (FILE + specs).encode()), background)
        local = LocalModel(local_source(folder / "openbayes.local.yaml", b""), background)
        page = EditorPage(
            EditedProject(model, local, Drafts(folder), background),
            background,
            database,
            MachineWatch(database, background),
        )
        page.resize(1440, 900)
        page.show()
        QApplication.processEvents()
        page.grab()
        name = f"{count} parameters"
        say(f"{name}: from opening to the editor on the screen", time.perf_counter() - began)
        turn(500)
        cursor = page.yaml.textCursor()
        cursor.setPosition(model.text.index(f"name: parameter_{count // 2}") + len("name: p"))
        page.yaml.setTextCursor(cursor)
        page.yaml.ensureCursorVisible()
        with Pulse() as pulse:
            pressed = press(page.yaml, page.yaml.viewport(), "abcdefghij" * 6)
            field = page.form.parameters.reveal(count // 2).name
            field.setFocus()
            turn(300)
            typed = press(field, field, "abcdefghij" * 6)
            for i in range(60):
                bar = page.form.verticalScrollBar()
                bar.setValue(bar.maximum() * (i % 20) // 20)
                turn(16)
        say(f"{name}: key press in the text, 95 %", float(np.percentile(pressed, 95)))
        say(f"{name}: key press in the form, 95 %", float(np.percentile(typed, 95)))
        say(f"{name}: typing and scrolling, longest", max(pulse.gaps))
        page.hide()


def a_view(n: int, axes: int, stopped: int = 0) -> object:
    """A job view of ``n`` trials, the first of them stopped early, and ``axes`` axes including the objective."""
    from bayescore.config import load_text
    from bayescore.store import CurveRecord, EndForecast, Job, JobState, StopCause, Trial, TrialState
    from bayesdesk.models.snapshot import JobView
    from support.builders import FILE, a_submission

    names = [f"p{i:02}" for i in range(axes - 1)]
    specs = "".join(f"    - {{name: {name}, type: DOUBLE, min_value: 0, max_value: 1}}\n" for name in names)
    text = FILE.partition("    - {name")[0] + specs
    assert load_text(text).config is not None
    rng = np.random.default_rng(0)
    values = rng.random((n, len(names)))
    trials = tuple(
        Trial(
            i + 1, "job", i + 1, 1, TrialState.SUCCEEDED, None, 0, "random",
            dict(zip(names, map(float, row), strict=True)), float(row.sum()), (), None, "", "",
            "2026-01-01T00:00:00+00:00", "2026-01-01T00:01:00+00:00",
        )
        for i, row in enumerate(values)
    )  # fmt: skip
    curve = CurveRecord(EndForecast(6, 30, 3.0, 0.1, 2.9, 3.1, 9.0, 0.01), StopCause.HOPELESS, 6)
    early = (replace(t, state=TrialState.STOPPED_EARLY, curve=curve) for t in trials[:stopped])
    trials = (*early, *trials[stopped:])
    job = Job(
        1, "job", a_submission(text), JobState.SUCCEEDED, None, n, "", "2026-01-01T00:00:00+00:00", None
    )
    series = {t.id: {"score": np.array([t.value or 0.0])} for t in trials}
    return JobView(
        job, trials, series, (), trials[stopped + int(values[stopped:].sum(axis=1).argmax())], None
    )


def brushing(folder: Path) -> None:
    """A brush dragged over one of 13 axes in 60 moves, then the time to the complete picture."""
    app = application(folder)
    from bayesdesk.models.filter import Brush
    from bayesdesk.models.job import JobModel
    from bayesdesk.plots.parallel.canvas import ParallelCanvas

    for n, stopped in ((1_000, 0), (10_000, 0), (10_000, 6_000), (50_000, 0)):
        model = JobModel(a_view(n, 13, stopped))  # type: ignore[arg-type]
        canvas = ParallelCanvas(model)
        canvas.resize(1400, 600)
        canvas.show()
        turn(2500)  # until nothing is being drawn
        with Pulse() as pulse:
            for step in range(60):
                wanted = model.filter.with_brushes("p03", [Brush(0.1, 0.3 + step / 100)])
                model.set_filter(wanted)
                turn(16)
        name = f"brushing {n:,} trials" + (f", {stopped:,} of them stopped early" if stopped else "")
        pulse.say(f"{name}: event loop")
        began = time.perf_counter()
        model.set_filter(model.filter.with_brushes("p03", ()))
        while canvas.item.is_busy:
            app.processEvents()
        say(f"{name}: whole picture", (time.perf_counter() - began) * 1e3)
        canvas.hide()
        canvas.deleteLater()


def filled(folder: Path, trials_count: int, metrics: int, points_each: int) -> str:
    """A store with one job; returns its id."""
    from bayescore.store import Database, JobState, NewPoints, TrialState, jobs, trials
    from bayescore.store.points import PointWriter
    from support.builders import a_submission

    database = Database(DataFolder(folder)).open()
    with database.write() as connection:
        job = jobs.add(connection, a_submission())
        jobs.move(connection, job.id, JobState.RUNNING)
        made = [trials.add(connection, job.id, i + 1, {"x": i / 1000}, "random") for i in range(trials_count)]
        for trial in made:
            started = trials.move(connection, trial, TrialState.STARTING)
            trials.move(connection, started, TrialState.RUNNING, handle="none")
    names = ["score", "loss", *(f"m{i}" for i in range(metrics - 2))][:metrics]
    writer = PointWriter()
    for trial in made:
        with database.write() as connection:
            values = tuple((name, i / points_each) for i in range(points_each) for name in names)
            writer.append(connection, [NewPoints(job.seq, trial.id, 1, values)])
    database.close()
    return job.id


def _shown(window: object, job: str) -> None:
    while window.job_page is None or window.job_page.model.view.job.id != job:  # type: ignore[attr-defined]
        turn(2)


def opening(folder: Path) -> None:
    """A job of a million points, from the click to its page on the screen."""
    app = application(folder)
    job = filled(folder, 100, 2, 5_000)
    from bayescore.store import Database
    from bayesdesk.window import MainWindow

    window = MainWindow(Database(DataFolder(folder)).open())
    window.start()
    turn(500)
    began = time.perf_counter()
    window.show_job(job)
    _shown(window, job)
    app.processEvents()
    window.grab()
    say("opening a job of 1,000,000 points, first picture", time.perf_counter() - began)
    window.watch.end()


def live(folder: Path) -> None:
    """A job that another process writes into while its charts are shown."""
    application(folder)
    job = filled(folder, 100, 5, 9_500)
    import subprocess

    import psutil

    from bayescore.store import Database
    from bayesdesk.window import MainWindow

    window = MainWindow(Database(DataFolder(folder)).open())
    window.start()
    window.show_job(job)
    _shown(window, job)
    turn(3000)
    writing = subprocess.Popen([sys.executable, __file__, "write", str(folder)])
    with Pulse() as pulse:
        while writing.poll() is None:
            turn(50)
    gaps = np.sort(np.array(pulse.gaps))
    say("live job, 100 trials × 5 metrics × 10,000 points: event loop, 95 %", float(np.percentile(gaps, 95)))
    say("live job: memory", psutil.Process().memory_info().rss / 1e6)
    window.watch.end()


def write(folder: Path) -> None:
    """Append a point to each metric of each trial, a few trials at a time, for ten seconds."""
    from bayescore.store import Database, NewPoints, trials
    from bayescore.store.points import PointWriter

    database = Database(DataFolder(folder)).open()
    with database.read() as connection:
        found = trials.active(connection)
    writer, until, i = PointWriter(), time.monotonic() + 10, 0
    while time.monotonic() < until:
        with database.write() as connection:
            for trial in found[i % 90 : i % 90 + 8]:
                values = tuple((name, 0.5) for name in ("score", "loss", "m0", "m1", "m2"))
                writer.append(connection, [NewPoints(1, trial.id, 1, values)])
        i += 8
        time.sleep(0.05)


if __name__ == "__main__":
    parts = {f.__name__: f for f in (start, typing, parameters, opening, live, brushing, write)}
    if len(sys.argv) > 2:
        parts[sys.argv[1]](Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as place:
            parts[sys.argv[1]](Path(place))
