"""``bayesdesk sweep``: several projects are checked, then run one after the other."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from bayescore.store import jobs
from support.workspace import Workspace


def projects(workspace: Workspace, *names: str) -> list[str]:
    """Copies of one project, each in a folder of its own; return the folders."""
    workspace.write(max_job_count=1, parallel_count=1)
    found = []
    for name in names:
        folder = workspace.root / name
        shutil.copytree(workspace.project, folder)
        found.append(str(folder))
    return found


def test_that_a_sweep_runs_its_projects_one_after_the_other(workspace: Workspace) -> None:
    folders = projects(workspace, "one", "two", "three")
    done = workspace.run("sweep", *folders, "--yes", "--json")
    assert done.code == 0, done.err
    ids = done.json()["jobs"]
    assert all(f"{folder}:" in done.err for folder in folders)
    ends = [workspace.wait_ended(job) for job in ids]
    assert [end["name"] for end in ends] == ["one", "two", "three"]
    assert {end["state"] for end in ends} == {"succeeded"}
    times = [(t.started_at or "", t.ended_at or "") for job in ids for t in workspace.trials(job)]
    assert all(before[1] <= after[0] for before, after in pairwise(times))


@pytest.mark.parametrize("allows", [True, False])
def test_that_nothing_is_stored_unless_every_project_can_start_and_is_allowed(
    workspace: Workspace, allows: bool
) -> None:
    one, two = projects(workspace, "one", "two")
    if allows:
        file = Path(two) / "openbayes.yaml"
        settings = json.loads(file.read_text())
        settings["hyper_tuning"]["parallel_count"] = "many"
        file.write_text(json.dumps(settings))
        done = workspace.run("sweep", one, two, "--yes")
        assert (done.code, "Nothing has been started." in done.err) == (2, True)
        assert "parallel_count" in done.out
    else:
        done = workspace.run("sweep", one, two)
        assert done.code != 0
        assert done.err.startswith(f"{one}:\nerror: This project asks for access"), done.err
    missing = workspace.run("sweep", one, str(workspace.root / "nowhere"), "--yes")
    assert missing.code == 2
    with workspace.reading() as connection:
        assert jobs.every(connection) == []
