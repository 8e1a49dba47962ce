"""Jobs whose programs report nothing: their metrics are read from what they write."""

from __future__ import annotations

from typing import Any

from support.workspace import Workspace

OPTIONS = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=float)
args, _ = parser.parse_known_args()
"""
PRINTS = OPTIONS + "for epoch in range(5): print(f'epoch {epoch}: train_loss=9 val_loss={args.x + epoch}')\n"
LOSS = {"log": r"epoch (?P<step>\d+).* val_loss[=: ]+(?P<loss>[-+.\deE]+)"}


def tune(workspace: Workspace, program: str, *sources: dict[str, Any]) -> dict[str, Any]:
    workspace.write(program, local={"metrics": list(sources)}, hyperparameter_metric="loss", goal="MINIMIZE")
    return workspace.tune()


def test_that_a_program_that_only_prints_its_losses_is_tuned(workspace: Workspace) -> None:
    job = tune(workspace, PRINTS, LOSS)
    assert job["state"] == "succeeded", job
    for trial in job["trials"]:
        x = trial["parameters"]["x"]
        assert trial["metrics"] == {"loss": [x + epoch for epoch in range(5)]}
        assert trial["value"] == x + 4
