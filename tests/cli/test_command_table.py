"""The commands are listed without their modules and imported when they are called."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer

from bayescore.cli import commands
from bayescore.i18n import LANGUAGES
from support.workspace import Workspace

HEAVY = ("sqlalchemy", "numpy", "docker", "pydantic")


def test_that_the_list_of_commands_needs_none_of_their_modules() -> None:
    script = f"import sys, bayescore.cli.commands; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", list(commands._commands()))
def test_that_the_command_of_an_entry_exists_with_its_help(name: str) -> None:
    listed = typer.main.get_command(commands.application).commands[name]  # type: ignore[attr-defined]
    loaded = commands._loaded(name)
    assert loaded.name == name
    assert loaded.help == listed.help


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_help_lists_every_command_in_both_languages(workspace: Workspace, language: str) -> None:
    shown = workspace.run("--help", env={"BAYESDESK_LANG": language, "COLUMNS": "200"}).out
    for name in commands._commands():
        assert f" {name} " in shown
    assert ("列出任务。" in shown) == (language == "zh")


@pytest.mark.parametrize("group", ["engine", "gear", "cloud"])
def test_that_a_group_lists_its_own_commands_and_no_more(workspace: Workspace, group: str) -> None:
    done = workspace.run(group, "--help")
    assert done.code == 0
    assert "completion" not in done.out


def test_that_a_misspelt_command_is_answered_with_a_likely_one(workspace: Workspace) -> None:
    done = workspace.run("jbs")
    assert done.code == 2
    assert "'jobs'" in done.err
