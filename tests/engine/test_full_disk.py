"""A disk that is full for a while: a job waits, and what was lost is run again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bayescore.errors import StoreError
from bayescore.store import cancellation, settings
from support.workspace import REPORT_X, Workspace, wait_until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
WAITS = "import os, time\nwhile not os.path.exists({go!r}): time.sleep(0.02)\n"


@pytest.fixture
def small(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    runtime = workspace.root / "run"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    home = workspace.data.root
    home.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m,mode=0700", "tmpfs", str(home)], check=True)
    yield workspace
    workspace.close()
    subprocess.run(["umount", "-l", str(home)], check=True)


def fill(workspace: Workspace, left: int) -> Path:
    """Leave so many bytes of the disk."""
    filler = workspace.data.root / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(workspace.data.root).free - left))
    return filler


def test_that_a_trial_waits_until_there_is_room_for_it(small: Workspace, tmp_path: Path) -> None:
    go = tmp_path / "go"
    small.write(
        REPORT_X + WAITS.format(go=str(go)),
        files={"large.txt": "x" * 2**21},
        max_job_count=2,
        parallel_count=1,
    )
    job = small.begin()
    small.wait_running(job, 1)
    filler = fill(small, 2**19)
    go.touch()
    wait_until(lambda: "large.txt" in small.data.engine_log.read_text(), "nothing was missing")
    assert small.job(job).state == "running"
    filler.unlink()
    assert small.wait_ended(job)["state"] == "succeeded"
    assert [t.attempt for t in small.trials(job)] == [1, 1]


def test_that_a_trial_whose_reports_could_not_be_kept_is_run_again(small: Workspace, tmp_path: Path) -> None:
    go = tmp_path / "go"
    small.write(WAITS.format(go=str(go)) + REPORT_X, max_job_count=1)
    job = small.begin()
    small.wait_running(job, 1)
    supervisor_file = small.data.trial(job, 1) / "supervisor.json"
    wait_until(supervisor_file.exists, "no supervisor")
    supervisor = psutil.Process(json.loads(supervisor_file.read_text())["pid"])
    filler = fill(small, 0)
    go.touch()
    wait_until(lambda: not supervisor.is_running() or not supervisor.children(), "the program goes on")
    filler.unlink()
    assert small.wait_ended(job)["state"] == "succeeded"
    assert [(t.attempt, t.state) for t in small.trials(job)] == [(2, "succeeded")]


NEVER_ENDS = "import time\nopen('began', 'w').close()\nwhile True: time.sleep(0.05)\n"


def fill_store(workspace: Workspace) -> Path:
    """Leave no byte, neither on the disk nor in what the store has reserved."""
    filler = fill(workspace, 0)
    database = workspace.database()

    def write_on() -> None:
        while True:
            with database.write() as connection:
                settings.put(connection, "filler", os.urandom(2**16).hex())

    with pytest.raises(StoreError, match="full"):
        write_on()
    database.close()
    return filler


def programs_of(workspace: Workspace, job: str, number: int) -> list[psutil.Process]:
    """The processes of a trial's program, once it has begun; not their supervisor, which waits for room."""
    folder = workspace.data.trial(job, number)
    wait_until((folder / "output" / "began").exists, "the program has not begun")
    return psutil.Process(json.loads((folder / "supervisor.json").read_text())["pid"]).children(
        recursive=True
    )


def are_gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


def test_that_a_job_is_cancelled_while_the_disk_is_full(small: Workspace) -> None:
    small.write(NEVER_ENDS, max_job_count=2, parallel_count=2)
    job = small.begin()
    small.wait_running(job, 2)
    first, second = (programs_of(small, job, number) for number in (1, 2))
    filler = fill_store(small)
    first[-1].kill()  # its end cannot be stored, which must not keep the other one running
    done = small.run("cancel", job)
    assert (done.code, done.err) == (0, "")
    wait_until(lambda: are_gone([*first, *second]), "it goes on")
    filler.unlink()
    assert small.wait_ended(job)["state"] == "cancelled"
    wait_until(lambda: not list(cancellation.pending_files(small.data)), "the request is still there")


def test_that_a_trial_is_cancelled_while_the_disk_is_full_and_can_run_again(small: Workspace) -> None:
    small.write(NEVER_ENDS, max_job_count=2, parallel_count=2)
    job = small.begin()
    small.wait_running(job, 2)
    first, second = (programs_of(small, job, number) for number in (1, 2))
    filler = fill_store(small)
    assert small.run("cancel", job, "1").code == 0
    wait_until(lambda: are_gone(first), "it goes on")
    filler.unlink()
    wait_until(lambda: small.trials(job)[0].state == "cancelled", "its end is not stored")
    assert not are_gone(second)
    wait_until(lambda: not list(cancellation.pending_files(small.data)), "the request is still there")
    assert small.run("rerun", job, "1", "--detach").code == 0
    small.wait_running(job, 2)
