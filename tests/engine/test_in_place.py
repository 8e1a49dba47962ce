"""A project's data is used where it is: nothing of it is copied, and nothing of it is removed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bayescore.files.tree import bytes_on_disk
from support.workspace import REPORT_X, Workspace

READS = """
import json, os
from openbayestool import log_metric
found = {"big": os.path.getsize("data/train.bin"), "link": open("elsewhere/x.txt").read()}
json.dump(found, open("seen.json", "w"))
log_metric("score", 1)
"""
GIB = 2**30


def sparse(file: Path, size: int = GIB) -> Path:
    """A file that is large and takes no disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as made:
        made.truncate(size)
    return file


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder on another disk."""
    made = tmp_path / "disk"
    made.mkdir()
    (made / "x.txt").write_text("content")
    return made


def test_that_large_data_and_a_link_to_another_disk_are_used_without_a_copy(
    workspace: Workspace, elsewhere: Path
) -> None:
    workspace.write(READS, max_job_count=2)
    sparse(workspace.project / "data" / "train.bin")
    (workspace.project / "elsewhere").symlink_to(elsewhere)
    job = workspace.tune()
    assert job["state"] == "succeeded", job["reason"]
    for number in (1, 2):
        output = workspace.data.trial(job["id"], number) / "output"
        assert json.loads((output / "seen.json").read_text()) == {"big": GIB, "link": "content"}
    names = {path.name for path in workspace.data.snapshot(job["id"]).rglob("*")}
    assert names == {"main.py", "openbayes.yaml"}
    assert bytes_on_disk(workspace.data.job(job["id"])) < 2**20
