"""The Python of trials: proposed for a new project, and checked before a start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bayescore.app.interpreter_choice import python_findings, python_problems
from bayescore.config import Severity, load_local_text
from support.environments import a_conda_root, a_venv, add_package
from support.workspace import Workspace

PROGRAM = """
import argparse, cv2
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.parse_args()
"""


@pytest.fixture
def home(workspace: Workspace) -> Path:
    """The user's home folder, where nothing is installed."""
    folder = workspace.root / "user"
    folder.mkdir()
    workspace.environment["HOME"] = str(folder)
    workspace.project.mkdir()
    (workspace.project / "main.py").write_text(PROGRAM)
    return folder


def local_file(workspace: Workspace) -> str:
    file = workspace.project / "openbayes.local.yaml"
    return file.read_text() if file.exists() else ""


def test_that_init_proposes_the_environment_of_the_project(workspace: Workspace, home: Path) -> None:
    a_venv(workspace.project / ".venv")
    made = workspace.run("init", "--program", "main.py", "--no-defaults-first")
    assert made.code == 0, made.err
    assert local_file(workspace) == "python: .venv/bin/python\n"
    line = next(line for line in made.err.splitlines() if line.startswith("→"))
    assert ".venv/bin/python" in line
    assert "lacks cv2" in line
    assert "/.venv/bin/python -m pip install opencv-python" in made.err


def test_that_init_proposes_the_environment_that_has_what_the_program_imports(
    workspace: Workspace, home: Path
) -> None:
    root = a_conda_root(home, "ml", "vision")
    add_package(root / "envs" / "vision", "opencv-python", "4.9", "cv2")
    assert workspace.run("init", "--program", "main.py", "--no-defaults-first").code == 0
    assert local_file(workspace) == "python: conda:vision\n"


def test_that_init_writes_nothing_for_the_default(workspace: Workspace, home: Path) -> None:
    (workspace.project / "main.py").write_text(PROGRAM.replace(", cv2", ""))
    a_conda_root(home, "ml")
    assert workspace.run("init", "--program", "main.py", "--no-defaults-first").code == 0
    assert local_file(workspace) == ""


def test_that_init_takes_the_interpreter_of_the_user(workspace: Workspace, home: Path) -> None:
    a_venv(workspace.project / ".venv")
    a_conda_root(home, "ml")
    assert workspace.run("init", "--python", "conda:ml").code == 0
    assert local_file(workspace) == "python: conda:ml\n"


@pytest.mark.parametrize(
    ("python", "reason"),
    [
        ("conda:mll", "did you mean “ml”?"),
        ("conda:something", "There are: base, ml."),
        ("/nowhere/python", "There is no interpreter /nowhere/python."),
    ],
)
def test_that_init_refuses_an_interpreter_that_is_not_there(
    workspace: Workspace, home: Path, python: str, reason: str
) -> None:
    a_conda_root(home, "ml")
    refused = workspace.run("init", "--python", python)
    assert (refused.code, local_file(workspace)) == (2, "")
    assert reason in refused.err


def test_that_init_leaves_the_settings_of_the_user_alone(workspace: Workspace, home: Path) -> None:
    a_venv(workspace.project / ".venv")
    (workspace.project / "openbayes.local.yaml").write_text("runner: process\n")
    made = workspace.run("init", "--program", "main.py", "--no-defaults-first")
    assert local_file(workspace) == "runner: process\n"
    assert "python: .venv/bin/python" in made.err


def test_that_the_check_names_what_the_interpreter_lacks_and_who_has_it(
    workspace: Workspace, home: Path
) -> None:
    root = a_conda_root(home, "ml", "vision")
    add_package(root / "envs" / "vision", "opencv-python-headless", "4.9", "cv2")
    workspace.write(PROGRAM, local={"python": "conda:ml"})
    found = workspace.run("check")
    assert found.code == 0
    ml = root / "envs" / "ml" / "bin" / "python"
    assert f"({ml}) lacks what the program imports: cv2. conda:vision has it." in found.out
    assert f"{ml} -m pip install opencv-python-headless" in found.out
    workspace.write(PROGRAM, local={"python": "conda:ml"}, max_job_count=1, parallel_count=1)
    started = workspace.run("gear", "run", "hypertuning", "--yes")
    assert "lacks what the program imports: cv2. conda:vision has it." in started.out
    workspace.write(PROGRAM, local={"python": "conda:vision"})
    assert "has every package that the program imports" in workspace.run("check").out


def test_that_the_finding_offers_the_other_interpreter(workspace: Workspace, home: Path) -> None:
    root = a_conda_root(home, "ml", "vision")
    add_package(root / "envs" / "vision", "opencv-python", "4.9", "cv2")
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    findings = python_findings(workspace.project, "python main.py", "conda:ml", environment)
    (finding,) = findings
    assert finding.severity is Severity.WARNING
    (action, *_others) = finding.actions
    document = load_local_text("# mine\npython: conda:ml  # which\n").document
    assert action.edit is not None
    assert action.edit(document).apply(document.text) == "# mine\npython: conda:vision  # which\n"


@pytest.mark.parametrize(
    ("runner", "settings", "severities"),
    [
        ("process", "python: conda:ml", [Severity.ERROR]),
        ("process", "python: main.py", [Severity.ERROR]),
        ("process", "python: .", [Severity.ERROR]),
        ("process", "python: 'conda:'", [Severity.ERROR]),
        ("auto", "python: /nowhere", [Severity.WARNING]),
        ("docker", "python: /nowhere", []),
        ("ray", "python: conda:ml\nray: {runner: process}", [Severity.ERROR]),
        ("ray", "python: conda:/opt/ml\nray: {runner: process}", []),
        ("ray", "python: conda:ml\nray: {runner: docker}", []),
        ("process", "", []),
    ],
)
def test_that_an_interpreter_that_is_not_there_is_a_problem_where_it_is_used(
    workspace: Workspace, home: Path, runner: str, settings: str, severities: list[Severity]
) -> None:
    local = load_local_text(f"# settings\n{settings}\n")
    found = python_problems(workspace.project, local, runner, {"HOME": str(home)})
    assert [p.severity for p in found] == severities
    assert [(p.line, p.column, p.path) for p in found] == [(2, 9, ("python",))] * len(found)


def test_that_the_nearest_name_is_a_quick_fix(workspace: Workspace, home: Path) -> None:
    a_conda_root(home, "vision")
    local = load_local_text("python: conda:vison  # mine\n")
    (problem,) = python_problems(workspace.project, local, "process", {"HOME": str(home)})
    assert problem.fix is not None
    assert problem.fix.edit().apply(local.document.text) == "python: conda:vision  # mine\n"
