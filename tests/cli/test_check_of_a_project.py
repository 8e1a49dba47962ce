"""``bayesdesk check`` and the list before a start: what of a project is copied, what is used in place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from bayescore.config.schema import local_schema
from support.workspace import REPORT_X, Workspace


def sparse(file: Path, size: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as made:
        made.truncate(size)


def test_that_check_lists_what_is_copied_what_is_in_place_and_what_the_job_takes(
    workspace: Workspace,
) -> None:
    workspace.write(REPORT_X, local={"runner": "docker"}, max_job_count=10)
    sparse(workspace.project / "data" / "train.bin", int(2.5 * 2**30))
    sparse(workspace.project / "part.py", 80 * 2**10)
    said = workspace.run("check").out.splitlines()
    assert "3 files, 81 KiB are copied; data (2.5 GiB) is used in place, read-only" in said
    assert any(line.startswith("The job takes up to ") and ", for 10 trials" in line for line in said)
    assert any("copy: " in line and "data" in line and "→" in line for line in said)


@pytest.mark.parametrize("access", ["ro", "rw"])
@pytest.mark.parametrize("name", ["data", "link"])
def test_that_what_the_settings_say_already_is_not_proposed(
    workspace: Workspace, access: str, name: str
) -> None:
    local = {"runner": "docker", "in_place": {"data": access, "link": access}}
    workspace.write(REPORT_X, local=local, files={"data/x": "x"})
    (workspace.root / "disk").mkdir()
    (workspace.project / "link").symlink_to(workspace.root / "disk")
    said = workspace.run("check").out
    assert ("trials may change it" in said) is (access == "rw")
    assert (f'in_place: {{"{name}": rw}}' in said) is (access == "ro")
    assert (f'copy: ["{name}"]' in said) is (name == "data")
    assert ("In openbayes.local.yaml, copy:" in said) is (access == "rw")


def test_that_the_preview_of_a_start_has_the_same_rows(workspace: Workspace) -> None:
    workspace.write(REPORT_X, max_job_count=1)
    sparse(workspace.project / "data" / "train.bin", 300 * 2**20)
    done = workspace.run("gear", "run", "hypertuning", "--detach")
    assert done.code == 0
    assert "data (300 MiB) is used in place" in done.out
    assert "The job takes up to" in done.out


def test_that_outputs_of_earlier_runs_are_proposed_and_added_on_request(workspace: Workspace) -> None:
    workspace.write(REPORT_X)
    sparse(workspace.project / "my runs" / "runs" / "events.out.tfevents.1", 10)
    (workspace.project / ".openbayesignore").write_text("*.tmp")
    said = workspace.run("check")
    assert said.code == 0
    assert "my runs/runs (10 B) holds outputs of earlier runs" in said.out
    assert (workspace.project / ".openbayesignore").read_text() == "*.tmp"
    fixed = workspace.run("check", "--fix")
    assert "outputs of earlier runs" not in fixed.out
    assert (workspace.project / ".openbayesignore").read_text() == "*.tmp\n/my runs/runs/\n"
    workspace.run("check", "--fix")
    assert (workspace.project / ".openbayesignore").read_text() == "*.tmp\n/my runs/runs/\n"


LOCAL = """\
runner: process
{text}
"""


@pytest.mark.parametrize(
    ("text", "line", "column", "code"),
    [
        ("in_place: [missing]", 2, 12, "missing"),
        ("in_place:\n  - main.py\n  - nowhere/x", 4, 5, "missing"),
        ("in_place: {'nowhere': rw}", 2, 12, "missing"),
        ("in_place: [pipe]", 2, 12, "not-a-file"),
        ("in_place: [link]", 2, 12, "missing"),
        ("in_place: [ignored]", 2, 12, "no-effect"),
        ("in_place: ['*.nothing']", 2, 12, "no-effect"),
        ("in_place: [../outside]", 2, 12, "leads-out"),
        ("in_place: [~/data]", 2, 12, "leads-out"),
        ("in_place: ['[z-a]']", 2, 12, "invalid-pattern"),
        ("in_place: ['# data']", 2, 12, "invalid-pattern"),
        ("in_place: {main.py: yes}", 2, 21, "unknown-access"),
        ("in_place: 5", 2, 11, "missing"),
        ("copy: {a: b}", 2, 7, "wrong-type"),
        ("copy: [elsewhere]", 2, 8, "leads-out"),
        ("copy: nowhere", 2, 7, "missing"),
        ("send: [nowhere]", 2, 8, "missing"),
    ],
)
def test_that_a_wrong_entry_is_a_problem_with_its_position(
    workspace: Workspace, text: str, line: int, column: int, code: str
) -> None:
    file = workspace.write(REPORT_X)
    (file.parent / "openbayes.local.yaml").write_text(LOCAL.format(text=text))
    os.mkfifo(file.parent / "pipe")
    (file.parent / "link").symlink_to(workspace.root / "not mounted")
    (file.parent / "elsewhere").symlink_to(workspace.root)
    (file.parent / "ignored").mkdir()
    (file.parent / ".openbayesignore").write_text("/ignored/\n")
    done = workspace.run("check", "--json")
    found: dict[str, Any] = next(p for p in done.json()["problems"] if p["code"] == code)
    assert (found["line"], found["column"]) == (line, column)
    assert found["file"].endswith("openbayes.local.yaml")
    is_warning = code == "no-effect"
    assert found["severity"] == ("warning" if is_warning else "error")
    started = workspace.run("gear", "run", "hypertuning", "--detach")
    assert started.code == (0 if is_warning else 2)
    assert f"[{code}]" in started.out


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_that_an_unreadable_entry_is_a_problem_with_its_position(workspace: Workspace) -> None:
    workspace.write(REPORT_X, local={"in_place": ["data"]}, files={"data/x": "x"})
    (workspace.project / "data").chmod(0)
    (found,) = (p for p in workspace.run("check", "--json").json()["problems"] if p["severity"] == "error")
    assert found["code"] == "unreadable"


def test_that_the_keys_are_in_the_schema() -> None:
    properties = local_schema()["properties"]
    assert {"in_place", "copy", "send"} <= set(properties)
    assert "copied" not in properties
