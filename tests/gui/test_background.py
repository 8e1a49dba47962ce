"""Work off the GUI thread hands its outcome back, and never deletes Qt objects on its own thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from shiboken6 import delete

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


def test_that_actions_in_order_begin_when_the_one_before_has_ended(qapp, qtbot) -> None:
    background, done, go = Background(), list[str](), threading.Event()

    def first() -> None:
        go.wait()
        done.append("first")
        raise ValueError

    background.run_in_order("One", first, None, lambda _error: None)
    background.run_in_order("Two", lambda: done.append("second"))
    assert background.actions == ("One", "Two")
    go.set()
    qtbot.waitUntil(lambda: not background.actions, timeout=WAIT_MS)
    assert done == ["first", "second"]


class Reader(QObject):
    """A Qt object that takes results as a method and in a function of its own."""

    def __init__(self, background: Background, taken: list[str]) -> None:
        super().__init__()
        self._background, self._taken = background, taken

    def read(self, work: Callable[[], str]) -> None:
        def show(result: str) -> None:
            self._take(result)

        self._background.run(work, self._take)
        self._background.run(work, show)
        self._background.run(work, lambda result: show(result.strip()))
        self._background.run(work, lambda result: self._take(result.strip()))

    def _take(self, result: str) -> None:
        self.objectName()  # an error if it has been deleted
        self._taken.append(result)


def test_that_a_result_for_an_object_that_was_deleted_is_dropped(qapp, qtbot) -> None:
    background, taken, go, ended = Background(), [], threading.Event(), []
    first, second = Reader(background, taken), Reader(background, taken)

    def work() -> str:
        go.wait()
        return "result"

    first.read(work)
    second.read(work)
    background.run(lambda: go.wait() and threading.active_count(), ended.append)
    delete(first)
    go.set()
    qtbot.waitUntil(lambda: len(taken) == 4 and bool(ended), timeout=WAIT_MS)
    assert taken == ["result"] * 4
