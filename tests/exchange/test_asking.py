"""Questions of ``bayesdesk init`` at a terminal, and the file that it writes."""

from __future__ import annotations

import os

from support import commands
from support.environments import a_venv
from support.workspace import BIN, Workspace

PROGRAM = """
import argparse
from openbayestool import log_metric
parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float, default=1e-3)
args = parser.parse_args()
log_metric("val_loss", args.rate)
"""


def at_a_terminal(workspace: Workspace, *answers: str) -> str:
    """Output of ``init`` on a terminal where these lines are typed, followed by end of file."""
    environment = {
        **os.environ,
        "BAYESDESK_HOME": str(workspace.data.root),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
    }
    lines = "".join(f"{answer}\n" for answer in answers)
    shown, _code = commands.on_terminal(
        [BIN / "bayesdesk", "init"], workspace.project, environment, typed=f"{lines}\x04"
    )
    return shown.decode()


def test_that_default_answers_come_from_the_program(workspace: Workspace) -> None:
    workspace.project.mkdir()
    (workspace.project / "fit.py").write_text(PROGRAM)
    shown = at_a_terminal(workspace, "", "", "", "", "")
    assert "Your program [fit.py]" in shown
    assert "[val_loss]" in shown
    assert "[MINIMIZE]" in shown
    written = (workspace.project / "openbayes.yaml").read_text()
    for words in ("python fit.py", "val_loss", "MINIMIZE", "max_job_count: 20", "rate"):
        assert words in written
    assert "early_stopping" not in (workspace.project / "openbayes.local.yaml").read_text()


def test_that_a_question_is_repeated_after_an_invalid_answer(workspace: Workspace) -> None:
    workspace.project.mkdir()
    (workspace.project / "fit.py").write_text(PROGRAM)
    at_a_terminal(workspace, "", "gain", "sideways", "maximize", "1000", "many", "12", "y")
    written = (workspace.project / "openbayes.yaml").read_text()
    for words in ("gain", "MAXIMIZE", "max_job_count: 12"):
        assert words in written
    assert "early_stopping: true" in (workspace.project / "openbayes.local.yaml").read_text()


def test_that_no_file_is_written_without_answers(workspace: Workspace) -> None:
    workspace.project.mkdir()
    (workspace.project / "fit.py").write_text(PROGRAM)
    shown = at_a_terminal(workspace, "")
    assert "Traceback" not in shown
    assert not (workspace.project / "openbayes.yaml").exists()


def test_that_the_interpreter_is_asked_for_when_the_default_lacks_a_package(workspace: Workspace) -> None:
    workspace.project.mkdir()
    (workspace.project / "fit.py").write_text(f"import nothing_of_this_name\n{PROGRAM}")
    a_venv(workspace.project / ".venv")
    a_venv(workspace.project / "venv")
    shown = at_a_terminal(workspace, "", "", "", "", "n", "1000", "2")
    assert "lacks nothing_of_this_name" in shown
    assert "Number of the interpreter [1]" in shown
    assert (workspace.project / "openbayes.local.yaml").read_text().startswith("python: venv/bin/python\n")
