"""What a project holds beside its code, in containers: mounted at its place, and read-only unless allowed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.docker_engine import IMAGE
from support.workspace import Workspace

pytestmark = pytest.mark.docker
PROGRAM = """
import json, os
from openbayestool import log_metric
def wrote(path):
    try:
        open(path, "w").write("trial")
        return True
    except OSError:
        return False
found = {
    "size": os.path.getsize("data/train.bin"),
    "elsewhere": open("elsewhere/x.txt").read(),
    "other name": open("/openbayes/home/elsewhere/x.txt").read(),
    "single": open("deep/single.txt").read(),
    "inner": open("inner/x.txt").read(),
    "wrote": [p for p in ("data/new", "elsewhere/new", "deep/single.txt", "results/new", "own") if wrote(p)],
}
json.dump(found, open("seen.json", "w"))
log_metric("score", 1)
"""


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    made = tmp_path / "a disk: one"
    made.mkdir()
    (made / "x.txt").write_text("content")
    (tmp_path / "single.txt").write_text("one")
    (tmp_path / "results").mkdir()
    return made


def write(containers: Workspace, disk: Path, **local: Any) -> None:
    containers.write(PROGRAM, max_job_count=1, local={"runner": "docker", "image": IMAGE, **local})
    project = containers.project
    (project / "data").mkdir()
    with (project / "data" / "train.bin").open("wb") as made:
        made.truncate(2**30)
    (project / "deep").mkdir()
    (project / "elsewhere").symlink_to(disk)
    (project / "inner").symlink_to("elsewhere")
    (project / "deep" / "single.txt").symlink_to("../../single.txt")
    (project / "results").symlink_to(disk.parent / "results")


def test_that_a_container_reads_data_and_links_where_they_are_and_writes_only_what_is_rw(
    containers: Workspace, disk: Path
) -> None:
    write(containers, disk, in_place={"results": "rw"})
    job = containers.tune()
    assert job["state"] == "succeeded", job["reason"]
    output = containers.data.trial(job["id"], 1) / "output"
    assert json.loads((output / "seen.json").read_text()) == {
        "size": 2**30,
        "elsewhere": "content",
        "other name": "content",
        "single": "one",
        "inner": "content",
        "wrote": ["results/new", "own"],
    }
    assert (disk.parent / "results" / "new").read_text() == "trial"
    assert containers.run("delete", job["id"], "--yes").code == 0
    assert (disk / "x.txt").read_text() == "content"
    assert (disk.parent / "results" / "new").exists()


def test_that_a_containers_project_asks_once_for_what_its_links_lead_to(
    containers: Workspace, disk: Path
) -> None:
    containers.allows = False
    write(containers, disk, in_place={"results": "rw"})
    start = ("gear", "run", "hypertuning", "--detach")
    refused = containers.run(*start)
    assert refused.code == 2
    assert f"{disk}: " in refused.err
    assert "CHANGE" in refused.err
    assert str(containers.project / "data") not in refused.err
    assert containers.run(*start, "--yes").code == 0
    assert containers.run(*start).code == 0
    other = disk.parent / "secret"
    other.mkdir()
    (containers.project / "elsewhere").unlink()
    (containers.project / "elsewhere").symlink_to(other)
    assert str(other) in containers.run(*start).err


def test_that_a_link_that_is_changed_after_the_consent_is_not_mounted(
    containers: Workspace, disk: Path
) -> None:
    write(containers, disk)
    job = containers.tune()
    assert job["state"] == "succeeded", job["reason"]
    secret = disk.parent / "secret"
    secret.mkdir()
    disk.rename(disk.parent / "moved")
    disk.symlink_to(secret)
    containers.run("continue", job["id"], "--trials", "1", "--detach")
    ended = containers.wait_ended(job["id"])
    assert ended["state"] == "system_error"
    assert "has become a link" in ended["reason"]
