"""The tuning guide's own example, in real containers, with the real client."""

from __future__ import annotations

import os
from pathlib import Path

import docker
import pytest
import yaml

from support import official
from support.docker_engine import IMAGE
from support.workspace import Workspace, wait_until

pytestmark = pytest.mark.docker
BINDINGS = "data_bindings:\n  - {data: local/tools/1, path: /input0, type: ro}  # 官方客户端"


@pytest.mark.timeout(400)
def test_that_the_guides_example_runs_with_the_real_client_and_writes_its_best_set_back(
    containers: Workspace,
) -> None:
    file = guide(containers)
    before = file.read_text(encoding="utf-8")
    job = containers.tune()

    assert job["state"] == "succeeded"
    found = job["trials"]
    assert [t["state"] for t in found] == ["succeeded"] * 12
    assert len({tuple(t["parameters"].values()) for t in found}) == 12
    assert all(len(t["metrics"]["precision"]) == len(t["metrics"]["recall"]) == 5 for t in found)
    assert job["best"]["value"] == min(t["metrics"]["precision"][-1] for t in found)
    log = containers.run("logs", job["id"], "1").out
    assert "WARNING" not in log
    assert "precision" in log
    assert is_the_real_client(containers, job["id"])
    assert nothing_is_left(containers)

    written = containers.run("export", job["id"], "--into", str(file))
    assert written.code == 0, written.err
    after = file.read_text(encoding="utf-8")
    assert [line for line in comments(before) if line not in comments(after)] == []
    loaded = official.load(file)
    assert loaded["parameters"] == job["best"]["parameters"]
    assert loaded["hyper_tuning"]["hyperparameter_metric"] == "precision"


def guide(workspace: Workspace) -> Path:
    """The example as ``init`` writes it, with the real client bound as data."""
    assert workspace.run("init", "--from", "guide", "--folder", str(workspace.project)).code == 0
    file = workspace.project / "openbayes.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("data_bindings: []", BINDINGS), encoding="utf-8")
    own = {
        "runner": "docker",
        "image": IMAGE,
        "gpus": "none",
        "inject_client": False,
        "data": {"local/tools/1": str(official.PACKAGES)},
        "environment": {"PYTHONPATH": "/input0"},
    }
    (workspace.project / "openbayes.local.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    main = workspace.project / "main.py"
    where = "import openbayestool\nprint('client', openbayestool.__file__)\n"
    main.write_text(main.read_text(encoding="utf-8") + where, encoding="utf-8")
    return file


def is_the_real_client(workspace: Workspace, job: str) -> bool:
    return "client /input0/openbayestool/__init__.py" in workspace.run("logs", job, "12").out


def nothing_is_left(workspace: Workspace) -> bool:
    """No container, and every file of the data folder is the caller's."""
    client = docker.DockerClient(base_url=workspace.environment["DOCKER_HOST"])
    label = {"label": f"bayesdesk.data={workspace.data.root}"}
    wait_until(lambda: not client.containers.list(all=True, filters=label), "a container is left")
    client.close()
    owners = {p.lstat().st_uid for p in workspace.data.root.rglob("*")}
    return owners == {os.getuid()}


def comments(text: str) -> list[str]:
    return [line.partition("#")[2].strip() for line in text.splitlines() if "#" in line]
