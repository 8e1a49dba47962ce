"""The examples that new projects are copied from."""

from __future__ import annotations

from bayescore.config import EarlyStopping
from support.workspace import Workspace, wait_until

_ENDLESS = 1_000_000  # epochs


def test_that_the_example_with_epochs_reports_each_and_saves_when_it_is_stopped(workspace: Workspace) -> None:
    workspace.run("init", "--from", "epochs", "--folder", str(workspace.project))
    program = workspace.project / "main.py"
    written = program.read_text(encoding="utf-8")
    assert written.count("EPOCHS = 30") == 1
    program.write_text(
        written.replace("EPOCHS = 30", f"EPOCHS = {_ENDLESS}"), encoding="utf-8"
    )  # it ends only when it is stopped
    workspace.allow()
    job = workspace.begin("--runner", "process")
    assert workspace.job(job).local.early_stopping == EarlyStopping()

    def reported() -> bool:
        found = workspace.run("trials", job, "--json").json()["trials"]
        return bool(found) and len(found[0]["metrics"].get("loss", [])) >= 3

    wait_until(reported, "the first trial does not report three epochs", seconds=60)
    workspace.run("cancel", job)
    trials = workspace.wait_ended(job)["trials"]
    folder = workspace.data.job(job) / "trials" / "001"
    assert list(folder.rglob("network.npz"))
    losses, accuracies = (len(trials[0]["metrics"][name]) for name in ("loss", "accuracy"))
    assert 3 <= losses < _ENDLESS
    assert losses - accuracies in (0, 1)  # it was stopped between two reports, or after both
