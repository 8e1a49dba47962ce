"""Commands that tests run in forks behave as processes do."""

from __future__ import annotations

import subprocess

import pytest

from support.workspace import Workspace


@pytest.mark.parametrize(
    "words", [("--help",), ("check",), ("show", "nothing"), ("gear", "run"), ("nonsense",)]
)
def test_that_a_command_in_a_fork_prints_and_exits_as_a_process_does(
    workspace: Workspace, words: tuple[str, ...]
) -> None:
    workspace.write(goal="MAXIMISE")
    process = workspace.start(*words)
    out, err = process.communicate(timeout=60)
    done = workspace.run(*words)
    assert (done.code, done.out, done.err) == (process.returncode, out, err)


def test_that_the_environment_of_a_test_reaches_a_command_in_a_fork(workspace: Workspace) -> None:
    workspace.write()
    chinese = workspace.run("--help", env={"BAYESDESK_LANG": "zh"})
    english = workspace.run("--help", env={"BAYESDESK_LANG": "en"})
    assert chinese.out != english.out


def test_that_a_command_in_a_fork_is_killed_after_its_timeout(workspace: Workspace) -> None:
    workspace.write("import time\ntime.sleep(1000)\n", max_job_count=1)
    with pytest.raises(subprocess.TimeoutExpired):
        workspace.run("gear", "run", "hypertuning", timeout=1)
