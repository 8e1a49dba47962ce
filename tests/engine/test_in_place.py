"""A project's data is used where it is: nothing of it is copied, and nothing of it is removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bayescore.files.tree import bytes_on_disk
from bayescore.store import events
from support.workspace import REPORT_X, Workspace, wait_until

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


def changes(workspace: Workspace, job: str) -> list[str]:
    """Events about files that have changed."""
    with workspace.reading() as connection:
        found = events.of_job(connection, job)
    return sorted(event.text.render("en") for event in found if event.kind == "in_place_changed")


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


def test_that_deleting_a_job_keeps_what_its_trials_used_in_place(
    workspace: Workspace, elsewhere: Path
) -> None:
    workspace.write(READS, max_job_count=1)
    big = sparse(workspace.project / "data" / "train.bin")
    (workspace.project / "elsewhere").symlink_to(elsewhere)
    job = str(workspace.tune()["id"])
    done = workspace.run("backup", str(workspace.root / "b.tar"), "--outputs")
    assert (done.code, done.err) == (0, "")
    assert (workspace.root / "b.tar").stat().st_size < 2**22
    done = workspace.run("delete", job, "--yes")
    assert (done.code, done.err) == (0, "")
    assert not workspace.data.job(job).exists()
    assert big.stat().st_size == GIB
    assert (elsewhere / "x.txt").read_text() == "content"


def test_that_a_link_that_is_gone_is_named_and_no_trial_starts(workspace: Workspace, elsewhere: Path) -> None:
    workspace.write(REPORT_X, max_job_count=2, parallel_count=1)
    (workspace.project / "elsewhere").symlink_to(elsewhere)
    job = workspace.tune()
    assert job["state"] == "succeeded"
    elsewhere.rename(elsewhere.with_name("renamed"))
    workspace.run("continue", str(job["id"]), "--trials", "1", "--detach")
    ended = workspace.wait_ended(str(job["id"]))
    assert ended["state"] == "system_error"
    assert str(elsewhere) in ended["reason"]
    assert "is gone" in ended["reason"]


def test_that_a_change_of_what_is_used_in_place_is_an_event_with_the_files_name(
    workspace: Workspace, elsewhere: Path
) -> None:
    workspace.write(
        f"{READS}\nopen('data/train.bin', 'ab').write(b'x')\nopen('elsewhere/new', 'w').close()\n"
        "open('free/new', 'w').close()\n",
        max_job_count=1,
        local={"in_place": {"free": "rw"}},
        files={"free/mine.txt": "mine"},
    )
    sparse(workspace.project / "data" / "train.bin")
    (workspace.project / "elsewhere").symlink_to(elsewhere)
    job = str(workspace.tune()["id"])
    wait_until(lambda: len(changes(workspace, job)) == 2, "no event")
    assert changes(workspace, job) == [
        "Files were added to or removed from elsewhere, which trials use in place, while the job ran.",
        "data/train.bin, which trials use in place, has changed while the job ran.",
    ]
