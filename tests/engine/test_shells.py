"""The shell that runs the command of a trial."""

from __future__ import annotations

import pytest

from support.workspace import REPORT_X, Workspace

COMMAND = "source ./settings && [[ $SETTING == yes ]] && python main.py {parameters} | cat"


def check_that_bash_runs_the_command(workspace: Workspace, **local: str) -> None:
    workspace.write(
        REPORT_X,
        local={"shell": "bash", **local},
        root={"command": COMMAND},
        files={"settings": "SETTING=yes\n"},
        max_job_count=1,
    )
    job = workspace.tune()
    (trial,) = job["trials"]
    assert (job["state"], trial["metrics"]) == ("succeeded", {"score": [trial["parameters"]["x"]]})


def test_that_bash_runs_the_command_of_a_process_if_it_is_chosen(workspace: Workspace) -> None:
    check_that_bash_runs_the_command(workspace)


@pytest.mark.docker
def test_that_bash_runs_the_command_of_a_container_if_it_is_chosen(containers: Workspace) -> None:
    from support.docker_engine import IMAGE

    check_that_bash_runs_the_command(containers, runner="docker", image=IMAGE)


def test_that_a_word_of_bash_is_announced_before_sh_stumbles_over_it(workspace: Workspace) -> None:
    workspace.write(REPORT_X, root={"command": COMMAND}, files={"settings": "SETTING=yes\n"}, max_job_count=1)
    assert "“source” is of bash" in workspace.run("check").out
    workspace.write(REPORT_X, root={"command": COMMAND}, local={"shell": "bash"}, files={"settings": ""})
    assert "is of bash" not in workspace.run("check").out
