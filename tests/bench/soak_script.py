"""Opens, closes and switches pages many times: ``python soak_script.py [TIMES]``; prints the memory before and after."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psutil
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QSettings, QTimer

from bayescore.store import DataFolder
from bayesdesk.app import make_application

_WARM = 20  # rounds before the first measurement: every module, font and cache is loaded then
_TURN_MS = 15
_CHECKS = 60


def main(folder: Path, times: int) -> None:
    """Measure after a few rounds and after many."""
    os.environ["BAYESDESK_HOME"] = str(folder / "home")
    application = make_application(DataFolder(folder / "home"))
    QSettings().setValue("welcome/seen", "yes")
    from bayesdesk.window import MainWindow
    from support.workspace import Workspace

    workspace = Workspace(folder)
    specs = [{"name": f"p{i}", "type": "DOUBLE", "min_value": 0.0, "max_value": 1.0} for i in range(10)]
    specs.append({"name": "x", "type": "DOUBLE", "min_value": 0.0, "max_value": 1.0})
    file = workspace.write(specs=specs, max_job_count=30)
    jobs = [workspace.insert(points=20).id for _ in range(3)]
    window = MainWindow(workspace.database())
    window.start()

    def until(condition: object) -> None:
        while not condition():  # type: ignore[operator]
            turn()

    until(lambda: len(window.rows) == len(jobs))
    process = psutil.Process()
    first = 0
    for i in range(times):
        switch(window, jobs, file, i, until)
        if i == _WARM:
            first = settled(process)
    last = settled(process)
    print(f"memory after {_WARM} switches\t{first / 1e6}")
    print(f"memory after {times} switches, compared with that\t{last / first}", flush=True)
    window.close()
    application.processEvents()


def switch(window, jobs: list[str], file: Path, i: int, until) -> None:  # type: ignore[no-untyped-def]
    """One of the things that people do all day."""
    step = i % 6
    if step in (0, 3):
        job = jobs[i % len(jobs)]
        window.show_job(job)
        until(lambda: window.job_page is not None and window.job_page.model.view.job.id == job)
        for tab in range(window.job_page.tabs.count()):
            window.job_page.tabs.setCurrentIndex(tab)
            turn()
    elif step == 1:
        window.compare(*jobs)
        turn()
    elif step == 2:
        before = window.editor
        window.open_file(file)
        until(lambda: window.editor is not None and window.editor is not before)
        until(lambda: window.editor.model.is_current)
    elif step == 4:
        window.show_diagnostics()
        if i % _CHECKS == 4:  # they start programs and take seconds
            until(lambda: window.diagnostics.is_done)
        turn()
    else:
        window.show_start()
        if i % 12 == 5:
            window.switch_theme()
        turn()


def turn() -> None:
    """Let the event loop run, and delete what is to be deleted."""
    loop = QEventLoop()
    QTimer.singleShot(_TURN_MS, loop.quit)
    loop.exec()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def settled(process: psutil.Process) -> int:
    """Bytes in memory after garbage has been collected."""
    for _ in range(3):
        turn()
        gc.collect()
    return int(process.memory_info().rss)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        main(Path(place), int(sys.argv[1]) if len(sys.argv) > 1 else 500)
