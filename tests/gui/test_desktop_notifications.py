"""Notifications of the desktop: their button shows the job."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bayescore.notify.desktop import Shown, show
from bayescore.store import JobState, jobs
from bayesdesk.window import MainWindow
from support.stored_jobs import add_job
from support.window import WAIT_MS

PRESSES = 'case "$*" in *--action=show=*) echo show;; esac\n'
IGNORES = "exit 0\n"
IS_OLD = 'case "$*" in *--action*) echo "Unknown option" >&2; exit 1;; esac\n'
FAILS = "exit 1\n"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``notify-send``, whose content a test writes."""
    made = tmp_path / "bin" / "notify-send"
    made.parent.mkdir()
    monkeypatch.setenv("PATH", str(made.parent), prepend=os.pathsep)
    return made


def write(program: Path, script: str) -> None:
    program.write_text(f'#!/bin/sh\necho "$@" >> {program}.log\n{script}')
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "shown", "calls"),
    [
        (PRESSES, Shown.PRESSED, 1),
        (IGNORES, Shown.SHOWN, 1),
        (IS_OLD, Shown.SHOWN, 2),
        (FAILS, Shown.NOT, 2),
    ],
)
def test_that_a_notification_has_a_button_where_the_desktop_knows_buttons(
    program: Path, script: str, shown: Shown, calls: int
) -> None:
    write(program, script)
    assert show("night", "--succeeded", "Show") is shown
    lines = Path(f"{program}.log").read_text().splitlines()
    assert len(lines) == calls
    assert lines[-1].endswith("-- night --succeeded")


def test_that_without_the_program_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert show("night", "succeeded", "Show") is Shown.NOT


def test_that_its_button_opens_the_page_of_the_job(window: MainWindow, program: Path, qtbot) -> None:
    write(program, PRESSES)
    job = add_job(window.database)
    qtbot.waitUntil(lambda: any(r.job.id == job.id for r in window.rows), timeout=WAIT_MS)
    with window.database.write() as connection:
        jobs.move(connection, job.id, JobState.SUCCEEDED)
    qtbot.waitUntil(
        lambda: window.job_page is not None and window.job_page.model.view.job.id == job.id, timeout=WAIT_MS
    )
