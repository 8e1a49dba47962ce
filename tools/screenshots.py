"""``make screenshots``: takes all screenshots of the manual, in both themes and languages, from real jobs."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from bayesdesk.jobs.job_page import JobPage
    from bayesdesk.window import MainWindow

sys.path.insert(0, str(Path(__file__).parent))

from screenshot_environments import make_environments
from screenshot_forecast import store_job
from screenshot_jobs import run_all
from screenshot_queue import store_queue
from screenshot_steering import store_steered

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "pictures"
SIZE = (1280, 800)
SMALL, LARGE = (1024, 700), (1920, 1080)
CHARTS = (1280, 960)  # all charts of a job with two metrics
CASES = {("en", "light"), ("zh", "dark")}  # looks in which the unusual cases are taken
_OF_SCREEN = ("DISPLAY", "XAUTHORITY", "QT_QPA_PLATFORM")
BAYESDESK = [sys.executable, "-m", "bayescore"]


def main(folder: Path) -> int:
    """Run one job to its end, start another, and take the screenshots."""
    _use_environment(folder)
    project = folder / "digits"
    _run("init", "--from", "digits", "--folder", str(project))
    make_environments(folder / "li", project)
    file = project / "openbayes.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("max_job_count: 12", "max_job_count: 30"))
    tune = ("gear", "run", "hypertuning", "--runner", "process", "--seed", "3", "--project", str(project))
    _run(*tune)
    run_all(folder, _run_whatever_its_end)
    longer = file.read_text(encoding="utf-8").replace("max_job_count: 30", "max_job_count: 100")
    # one trial at a time, so that the job still runs in every picture
    file.write_text(longer.replace("parallel_count: 3", "parallel_count: 1"))
    _run(*tune, "--detach")
    try:
        for language in ("en", "zh"):
            for theme in ("light", "dark"):
                _take(project, language, theme)
    finally:
        _run("engine", "stop", "--and-trials")
    store_job(folder / "stopping")
    store_queue(folder / "queue")
    store_steered(folder / "steered")
    for language in ("en", "zh"):
        for theme in ("light", "dark"):
            _take_forecasts(folder / "stopping", language, theme)
            _take_queue(folder / "queue", language, theme)
            _take_steered(folder / "steered", language, theme)
    print(f"{len(list(TARGET.glob('*.png')))} screenshots in {TARGET}")
    return 0


def _use_environment(folder: Path) -> None:
    """Replace this machine's variables, which pages show, by those of a user."""
    kept = {name: os.environ[name] for name in _OF_SCREEN if name in os.environ}
    os.environ.clear()
    os.environ.update(
        kept,
        BAYESDESK_HOME=str(folder / "home"),
        CUDA_HOME="/usr/local/cuda",
        LANG="en_US.UTF-8",
        PATH=f"{_programs(folder)}{os.pathsep}/usr/bin{os.pathsep}/bin",
        SHELL="/bin/bash",
        USER="li",
    )


def _programs(folder: Path) -> Path:
    """A folder with a ``python`` for the trials, so that no picture shows where this one is."""
    programs = folder / "bin"
    programs.mkdir()
    program = programs / "python"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    program.chmod(0o755)
    return programs


def _run(*arguments: str) -> None:
    subprocess.run([*BAYESDESK, *arguments], check=True, stdout=subprocess.DEVNULL)


def _run_whatever_its_end(*arguments: str) -> None:
    """A job whose trials all fail ends with an error."""
    quiet = subprocess.DEVNULL
    subprocess.run([*BAYESDESK, *arguments], check=False, stdout=quiet, stderr=quiet)


def _opened(home: Path, language: str, theme: str) -> MainWindow:
    """The window over a data folder."""
    from PySide6.QtCore import QSettings

    from bayescore.store import Database, DataFolder
    from bayesdesk.app import make_application
    from bayesdesk.appearance import apply_settings
    from bayesdesk.window import MainWindow

    application = make_application(DataFolder.default())
    QSettings().setValue("theme", theme)
    QSettings().setValue("told/goes_on", True)
    QSettings().setValue("welcome/seen", "yes")
    QSettings().setValue("language", language)
    apply_settings(application)
    window = MainWindow(Database(DataFolder(home)).open())
    window.resize(*SIZE)
    window.show()
    window.watch.start()
    return window


def _grabber(window: MainWindow, language: str, theme: str) -> Callable[..., None]:
    """Takes a picture of the window or of a part of it."""

    def grab(name: str, widget: QWidget | None = None) -> None:
        _run_event_loop(900)
        TARGET.mkdir(parents=True, exist_ok=True)
        (widget or window).grab().save(str(TARGET / f"{name}-{language}-{theme}.png"))

    return grab


def _take(project: Path, language: str, theme: str) -> None:
    from bayescore.store import DataFolder

    window = _opened(DataFolder.default().root, language, theme)
    window.machine.start()
    _wait_until(lambda: len(window.rows) >= 5 and window.machine.machine is not None)
    grab = _grabber(window, language, theme)
    grab("start")
    running = next(r.job.id for r in window.rows if not r.job.state.ended)
    by_name = {r.job.name: r.job.id for r in window.rows if r.job.state.ended}
    finished = by_name["digits"]
    _job(window, running)
    grab("running")
    _finished(window, finished, grab)
    window.compare(running, finished)
    grab("compare")
    window.show_jobs()
    grab("jobs")
    window.open_file(project)
    _wait_until(lambda: window.editor is not None)
    assert window.editor is not None
    window.editor.model.set(("hyper_tuning", "parameter_specs", 1, "min_value"), 300)
    _wait_until(lambda: window.editor.model.is_current)
    grab("create")
    window.editor.undo()
    _beliefs(window, grab)
    window.editor.form.verticalScrollBar().setValue(window.editor.form.verticalScrollBar().maximum())
    grab("run-settings")
    _interpreters(window, grab)
    window.editor.start()
    _wait_until(lambda: window.editor is not None and window.editor.start_dialog is not None)
    _wait_until(lambda: window.editor.start_dialog._found is not None)
    grab("start-job", window.editor.start_dialog)
    window.editor.start_dialog.reject()
    window.editor.run_on_platform()
    _wait_until(lambda: window.editor.cloud_dialog._plan is not None)
    grab("run-on-openbayes", window.editor.cloud_dialog)
    window.editor.cloud_dialog.reject()
    window.editor.model.text_document.setModified(False)
    window.show_diagnostics()
    _wait_until(lambda: window.diagnostics is not None and window.diagnostics.is_done)
    grab("diagnostics")
    _first_steps(window, grab)
    _preferences(window, grab)
    if (language, theme) in CASES:
        _cases(window, by_name, grab)
    window.close()
    _wait_until(window.isHidden)


def _take_forecasts(home: Path, language: str, theme: str) -> None:
    """A job in the middle of its early stopping: forecasts of running trials, and stopped ones."""
    window = _opened(home, language, theme)
    _wait_until(lambda: window.rows)
    grab = _grabber(window, language, theme)
    page = _job(window, window.rows[0].job.id)
    window.resize(*CHARTS)
    running = [t for t in page.model.view.trials if not t.state.ended]
    page.model.select(running[-1].number)
    grab("forecast")
    page.tabs.setCurrentIndex(page.names.index("parallel-coordinates"))
    window.resize(*SIZE)
    page.model.select(next(t.number for t in page.model.view.trials if t.curve.stop is not None))
    grab("stopped-early")
    window.close()
    _wait_until(window.isHidden)


def _beliefs(window: MainWindow, grab: Callable[..., None]) -> None:
    """The parameters of the form, with what is expected of two of them."""
    editor = window.editor
    assert editor is not None
    expected = {"learning_rate": {"around": 0.003, "within": 3}, "activation": {"relu": 3, "tanh": 2}}
    editor.local.set(("expect",), expected)
    _wait_until(lambda: editor.local.is_current and editor.model.is_current)
    _run_event_loop(300)
    grab("belief", editor.form.parameters.parentWidget())
    editor.undo()
    _wait_until(lambda: editor.local.is_current)


def _take_queue(home: Path, language: str, theme: str) -> None:
    """Jobs that run and wait, and the page of one that waits."""
    window = _opened(home, language, theme)
    _wait_until(lambda: window.rows)
    grab = _grabber(window, language, theme)
    _job(window, next(r.job.id for r in window.rows if r.job.name == "resnet"))
    grab("queue", window.sidebar)
    window.close()
    _wait_until(window.isHidden)


def _take_steered(home: Path, language: str, theme: str) -> None:
    """A paused job that was changed, and its baseline; the dialog that changes it."""
    window = _opened(home, language, theme)
    _wait_until(lambda: window.rows)
    grab = _grabber(window, language, theme)
    page = _job(window, window.rows[0].job.id)
    page.tabs.setCurrentIndex(0)
    grab("paused")
    page.tabs.setCurrentIndex(page.names.index("parallel-coordinates"))
    grab("baseline")
    dialog = page.ask_change()
    grab("change-job", dialog)
    dialog.reject()
    window.close()
    _wait_until(window.isHidden)


def _interpreters(window: MainWindow, grab: Callable[..., None]) -> None:
    assert window.editor is not None
    picker = window.editor.run_settings._python.choose()
    _wait_until(lambda: picker.list.count() > 0)
    grab("python", picker)
    picker.reject()


def _cases(window: MainWindow, jobs: dict[str, str], grab: Callable[..., None]) -> None:
    """Small and large windows, 40 parameters, trials that fail, a job of one trial."""
    _job(window, jobs["digits"]).tabs.setCurrentIndex(0)
    for name, size in (("small", SMALL), ("large", LARGE)):
        window.resize(*size)
        grab(name)
    window.resize(*SIZE)
    page = _job(window, jobs["transformer"])
    for name in ("parallel-coordinates", "analysis"):
        page.tabs.setCurrentIndex(page.names.index(name))
        if name == "analysis":
            _wait_until(lambda: _is_computed(page))
        grab(f"40-parameters-{name}")
    for name in ("failing", "single"):
        _job(window, jobs[name]).tabs.setCurrentIndex(0)
        grab(f"{name}-job")


def _first_steps(window: MainWindow, grab: Callable[..., None]) -> None:
    """The welcome dialog and the manual."""
    from bayesdesk.welcome import Welcome

    window.welcome()
    greeting = window.findChild(Welcome)
    _wait_until(lambda: greeting.is_done)
    grab("welcome", greeting)
    greeting.accept()
    window.help.show_manual("files")
    _wait_until(lambda: window.help.manual is not None)
    grab("manual", window.help.manual)


def _preferences(window: MainWindow, grab: Callable[..., None]) -> None:
    """The preferences, with two addresses of notifications that nothing is sent to."""
    from bayescore.notify.settings import update
    from bayesdesk.preferences import Preferences

    for url, name in (("dingtalk://token", "DingTalk"), ("mailto://li:secret@b.com", "E-Mail (b.com)")):
        update(window.database.folder, lambda settings, u=url, n=name: settings.adding(u, n))
    window.show_preferences()
    dialog = window.findChild(Preferences)
    _wait_until(lambda: dialog.addresses.lines.count() == 2)
    grab("preferences", dialog)
    dialog.accept()
    window.database.folder.notifications.unlink()


def _finished(window: MainWindow, job: str, grab: Callable[..., None]) -> None:
    """The pages of the finished job."""
    from bayesdesk.models.filter import Brush, TrialFilter

    page = _job(window, job)
    grab("charts")
    page.tabs.setCurrentIndex(1)
    _run_event_loop(300)
    brushed = page.model.filter.with_brushes("learning_rate", [Brush(0.002, 0.06)])
    page.model.set_filter(brushed.with_brushes("activation", [Brush("tanh", "tanh"), Brush("relu", "relu")]))
    grab("parallel-coordinates")
    page.model.set_filter(TrialFilter())
    for index in range(2, page.tabs.count()):
        page.tabs.setCurrentIndex(index)
        if page.names[index] == "analysis":
            _wait_until(lambda: _is_computed(page))
        grab(page.names[index])
    assert page.model.selected is not None
    dialog = page.trial_actions.use(page.model.selected)
    grab("use-as-result", dialog)
    dialog.close()
    trial = page.trial_actions.open(page.model.selected)
    assert trial is not None
    grab("trial", trial)
    trial.close()


def _is_computed(page: JobPage) -> bool:
    """Whether the analysis shows its contour."""
    from bayesdesk.plots.contour import ContourChart

    return any(chart._found is not None for chart in page.analysis.findChildren(ContourChart))


def _job(window: MainWindow, identifier: str):  # type: ignore[no-untyped-def]
    window.show_job(identifier)
    _wait_until(lambda: window.job_page is not None and window.job_page.model.view.job.id == identifier)
    return window.job_page


def _run_event_loop(milliseconds: int) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _wait_until(condition: Callable[[], object]) -> None:
    for _ in range(1200):
        if condition():
            return
        _run_event_loop(50)
    sys.exit(f"The window did not reach the expected state within a minute: {condition}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(main(Path(folder)))
