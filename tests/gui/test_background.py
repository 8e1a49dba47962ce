"""Work off the GUI thread hands its outcome back, and never deletes Qt objects on its own thread."""

from __future__ import annotations

import threading
from functools import partial

from PySide6.QtCore import QObject

from bayesdesk.services.background import Background
from support.window import WAIT_MS


class Owner(QObject):
    """A Qt object that records which thread deletes it."""

    def __init__(self, deleted_on: list[threading.Thread]) -> None:
        super().__init__()
        self._deleted_on = deleted_on

    def work(self, go: threading.Event) -> None:
        go.wait()

    def __del__(self) -> None:
        self._deleted_on.append(threading.current_thread())


def test_that_an_object_whose_work_is_running_is_deleted_on_the_gui_thread(qapp, qtbot) -> None:
    background, deleted_on, go = Background(), [], threading.Event()
    owner = Owner(deleted_on)
    background.run(partial(owner.work, go))
    del owner
    go.set()
    qtbot.waitUntil(lambda: bool(deleted_on), timeout=WAIT_MS)
    assert deleted_on == [threading.main_thread()]


def test_that_a_result_and_an_error_reach_their_callbacks_on_the_gui_thread(qapp, qtbot) -> None:
    background, came = Background(), []

    def record(result: object) -> None:
        came.append((str(result), threading.current_thread() is threading.main_thread()))

    def fail() -> None:
        raise ValueError("no")

    background.went_wrong.connect(record)
    background.run(lambda: "yes", record)
    background.run(fail, None, record)
    background.run(fail)
    qtbot.waitUntil(lambda: len(came) == 3, timeout=WAIT_MS)
    assert sorted(came) == [("no", True), ("no", True), ("yes", True)]
