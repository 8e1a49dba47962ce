"""Early stopping as one switch that a project remembers."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescore.app.remembered_switch import remember_early_stopping
from bayescore.config import LOCAL_FILE_NAME, load_local_file
from bayescore.errors import ConfigError
from support.workspace import Workspace


@pytest.mark.parametrize(
    ("before", "on", "after"),
    [
        (None, True, "early_stopping: true\n"),
        ("", True, "early_stopping: true\n"),
        ("# mine\nseed: 1  # one\n", True, "# mine\nseed: 1  # one\nearly_stopping: true\n"),
        ("early_stopping: false\nseed: 1\n", True, "early_stopping: true\nseed: 1\n"),
        ("early_stopping: true\n", False, "early_stopping: false\n"),
        ("seed: 1\nearly_stopping:\n", True, "seed: 1\nearly_stopping: true\n"),
        ("\ufeffseed: 1\n", True, "\ufeffseed: 1\nearly_stopping: true\n"),
        ('{"seed": 1}', True, '{"seed": 1, early_stopping: true}'),
    ],
)
def test_that_only_the_switch_changes(tmp_path: Path, before: str | None, on: bool, after: str) -> None:
    file = tmp_path / LOCAL_FILE_NAME
    if before is not None:
        file.write_text(before, encoding="utf-8")
    assert remember_early_stopping(tmp_path, on=on) == file
    assert file.read_text(encoding="utf-8") == after
    settings = load_local_file(file).settings
    assert settings is not None
    assert (settings.early_stopping is not None) == on


@pytest.mark.parametrize(
    ("before", "on"),
    [
        (None, False),
        ("seed: 1\n", False),
        ("early_stopping: true\n", True),
        ("early_stopping: {confidence: 0.9}\n", True),  # its settings are kept
        ("early_stopping: false\n", False),
    ],
)
def test_that_a_file_that_has_the_choice_already_is_not_written(
    tmp_path: Path, before: str | None, on: bool
) -> None:
    file = tmp_path / LOCAL_FILE_NAME
    if before is not None:
        file.write_text(before, encoding="utf-8")
    assert remember_early_stopping(tmp_path, on=on) is None
    assert (file.read_text(encoding="utf-8") if file.exists() else None) == before


@pytest.mark.parametrize("content", [b"- a list\n", b"seed: \xff\n"])
def test_that_a_file_that_cannot_be_changed_is_kept(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / LOCAL_FILE_NAME
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=LOCAL_FILE_NAME):
        remember_early_stopping(tmp_path, on=True)
    assert file.read_bytes() == content


def test_that_a_link_out_of_the_project_is_not_written_through(tmp_path: Path) -> None:
    outside, project = tmp_path / "outside.yaml", tmp_path / "project"
    outside.write_text("seed: 1\n", encoding="utf-8")
    project.mkdir()
    (project / LOCAL_FILE_NAME).symlink_to(outside)
    with pytest.raises(ConfigError):
        remember_early_stopping(project, on=True)
    assert outside.read_text(encoding="utf-8") == "seed: 1\n"


def test_that_the_command_line_switches_it_for_this_start_and_the_next(workspace: Workspace) -> None:
    workspace.write(max_job_count=1)
    started = workspace.run("gear", "run", "hypertuning", "--early-stopping")
    assert started.code == 0, started.out + started.err
    assert "early_stopping: true" in started.out
    again = workspace.tune()
    assert workspace.job(again["id"]).local.early_stopping is not None
    off = workspace.run("gear", "run", "hypertuning", "--no-early-stopping", "--json").json()
    assert workspace.job(off["id"]).local.early_stopping is None
    assert load_local_file(workspace.project / LOCAL_FILE_NAME).settings.early_stopping is None  # type: ignore[union-attr]


@pytest.mark.parametrize("options", [("--program", "main.py", "--metric", "score"), ()])
def test_that_a_new_project_may_have_it_from_the_start(
    workspace: Workspace, options: tuple[str, ...]
) -> None:
    workspace.project.mkdir(parents=True)
    (workspace.project / "main.py").write_text(
        "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--x', type=float, default=0.1)\n",
        encoding="utf-8",
    )
    done = workspace.run("init", *options, "--early-stopping")
    assert done.code == 0, done.err
    settings = load_local_file(workspace.project / LOCAL_FILE_NAME).settings
    assert settings is not None
    assert settings.early_stopping is not None
