"""Notifications on the desktop of this machine, with a button that opens the window."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bayescore.app import notifications
from bayescore.engine.standstill import STILL
from bayescore.i18n import text
from bayescore.notify import desktop
from bayescore.store import events
from bayescore.store.runtime_folders import WINDOW_SOCKET, runtime_folders
from support.notice_desk import Desk, opened_desk
from support.workspace import wait_until


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield from opened_desk(tmp_path)


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The arguments of ``notify-send``, one call after the other, where it is on the desktop of a test."""
    log = tmp_path / "shown"
    program = tmp_path / "bin" / "notify-send"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s|" "$@" >> {log}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    with TemporaryDirectory() as runtime:  # a socket's path is short
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        yield log


def test_that_the_desktop_shows_the_end_of_a_job_while_no_window_is_open(desk: Desk, shown: Path) -> None:
    desk.has_desktop = True
    notifications.remove(desk.database, notifications.current(desk.database).addresses[0].id)
    desk.start()
    desk.step()
    job = desk.end_job()
    desk.step()
    wait_until(lambda: all(p.poll() is not None for p in desk.notifier._shown), "it does not end")
    assert "|--action=show=Show|--|test: succeeded|Best score: 1, trial 2\nx = 0.2\n" in shown.read_text()
    with socket.socket(socket.AF_UNIX) as window:
        window.bind(str(next(runtime_folders(desk.database.folder, make=True)) / WINDOW_SOCKET))
        window.listen()
        desk.end_job()
        desk.step()
    assert desk.notifier._shown == []
    with desk.database.write() as connection:  # what an open window does not show
        events.add(connection, job.id, STILL, text("Nothing happens."))
    desk.step()
    assert len(desk.notifier._shown) == 1
    notifications.set_desktop(desk.database, on=False)
    desk.step()
    desk.end_job()
    desk.step()
    assert len(desk.notifier._shown) <= 1


def test_that_the_button_opens_the_window_at_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[list[str]] = []
    monkeypatch.setattr(desktop, "show", lambda *_texts: desktop.Shown.PRESSED)
    monkeypatch.setattr(desktop.subprocess, "Popen", lambda command, **_options: opened.append(command))
    desktop.main({"title": "night", "words": "succeeded", "button": "Show", "job": "abcdefgh"})
    assert opened == [[sys.executable, "-m", "bayesdesk.app", "--job", "abcdefgh"]]
