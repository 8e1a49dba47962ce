"""The defaults of a program become the parameter set that is tried first."""

from __future__ import annotations

import pytest

from bayescore.config import load_local_text
from support.workspace import Workspace

PROGRAM = """
import argparse
from openbayestool import log_metric
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.125)
parser.add_argument("--layers", type=int, default=2)
parser.add_argument("--size", type=int, choices=[16, 32], default=32)
parser.add_argument("--optimizer", choices=["sgd", "adam: slow"], default="adam: slow")
parser.add_argument("--dropout", type=float, choices=[0.1, 0.2])
args = parser.parse_args()
log_metric("accuracy", args.lr + args.layers + args.size)
"""


def test_that_a_new_job_tries_them_first(workspace: Workspace) -> None:
    workspace.project.mkdir(parents=True)
    (workspace.project / "main.py").write_text(PROGRAM)
    done = workspace.run("init", "--program", "main.py", "--trials", "2")
    assert done.code == 0, done.err
    assert "lr 0.125, layers 2, size 32, optimizer adam: slow" in done.err
    job = workspace.tune("--runner", "process", "--gpus", "none")
    assert job["state"] == "succeeded", job["reason"]
    first = job["trials"][0]
    assert first["origin"] == "baseline"
    assert first["value"] == 34.125
    given = {name: first["parameters"][name] for name in ("lr", "layers", "size", "optimizer")}
    assert given == {"lr": 0.125, "layers": 2, "size": 32, "optimizer": "adam: slow"}
    assert first["parameters"]["dropout"] in (0.1, 0.2)  # it has no default: the search fills it in


@pytest.mark.parametrize("options", [("--no-defaults-first",)])
def test_that_they_can_be_left_out(workspace: Workspace, options: tuple[str, ...]) -> None:
    workspace.project.mkdir(parents=True)
    (workspace.project / "main.py").write_text(PROGRAM)
    assert workspace.run("init", "--program", "main.py", *options).code == 0
    file = workspace.project / "openbayes.local.yaml"
    assert not file.exists() or "baseline" not in file.read_text()
    assert load_local_text(file.read_text() if file.exists() else "").problems == ()
