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

from support.workspace import REPORT_X, Workspace, wait_until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
WAITS = "import os, time\nwhile not os.path.exists({go!r}): time.sleep(0.02)\n"


@pytest.fixture
def small(workspace: Workspace) -> Iterator[Workspace]:
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
    keeper_file = small.data.trial(job, 1) / "keeper.json"
    wait_until(keeper_file.exists, "no keeper")
    keeper = psutil.Process(json.loads(keeper_file.read_text())["pid"])
    filler = fill(small, 0)
    go.touch()
    wait_until(lambda: not keeper.is_running() or not keeper.children(), "the program goes on")
    filler.unlink()
    assert small.wait_ended(job)["state"] == "succeeded"
    assert [(t.attempt, t.state) for t in small.trials(job)] == [(2, "succeeded")]
