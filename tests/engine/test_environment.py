"""The environment of a trial is that of the person who started its job."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bayescore.store import runtime_folders
from support.workspace import Workspace, wait_until

WRITE_ENVIRONMENT = """
import json, os, pathlib
from openbayestool import log_metric
log_metric("score", 1)
pathlib.Path("environment.json").write_text(json.dumps(dict(os.environ)))
"""
WAIT = "import time\nwhile not pathlib.Path({go!r}).exists():\n    time.sleep(0.02)\n"
SECRET = "very-secret-7"


def environment_of(workspace: Workspace, job: str, number: int = 1) -> dict[str, str]:
    return json.loads((workspace.data.trial(job, number) / "output" / "environment.json").read_text())


def files_with(folder: Path, words: str) -> list[Path]:
    return [
        f
        for f in folder.rglob("*")
        if f.is_file() and not f.is_symlink() and words.encode() in f.read_bytes()
    ]


def test_that_a_trial_gets_the_environment_of_the_shell_that_started_its_job_and_not_of_the_engine(
    workspace: Workspace,
) -> None:
    workspace.write(WRITE_ENVIRONMENT, max_job_count=1, local={"environment": {"BAR": "file"}})
    workspace.run("engine", "start", env={"FOO": "engine", "ONLY_ENGINE": "1"})
    job = workspace.tune(
        env={"FOO": "shell", "BAR": "shell", "LD_LIBRARY_PATH": "/opt/lib", "LANG": "zh_CN.UTF-8"}
    )
    found = environment_of(workspace, job["id"])
    assert {n: found.get(n) for n in ("FOO", "BAR", "LD_LIBRARY_PATH", "LANG", "ONLY_ENGINE")} == {
        "FOO": "shell",
        "BAR": "file",
        "LD_LIBRARY_PATH": "/opt/lib",
        "LANG": "zh_CN.UTF-8",
        "ONLY_ENGINE": None,
    }


def test_that_variables_that_look_like_secrets_reach_the_trial_but_no_disk_and_no_output(
    workspace: Workspace,
) -> None:
    workspace.write(
        "import os; from openbayestool import log_metric; log_metric('score', len(os.environ['HF_TOKEN']))"
    )
    job = workspace.tune(
        env={"HF_TOKEN": SECRET, "https_proxy": f"http://me:{SECRET}@proxy:3128", "FOO": "seen"}
    )
    assert [trial["value"] for trial in job["trials"]] == [len(SECRET)] * 3
    shown = workspace.run("show", job["id"], "--json").json()["environment"]
    assert (shown["HF_TOKEN"], shown["https_proxy"], shown["FOO"]) == ("•••", "•••", "seen")
    assert files_with(workspace.data.root, SECRET) == []


def test_that_bytes_of_a_variable_that_are_no_text_reach_the_trial(workspace: Workspace) -> None:
    path = os.fsdecode("/数据".encode("gb18030"))
    workspace.write(WRITE_ENVIRONMENT, max_job_count=1)
    job = workspace.tune(env={"DATA": path})
    assert environment_of(workspace, job["id"])["DATA"] == path
    shown = workspace.run("show", job["id"], "--json").json()["environment"]
    assert shown["DATA"] == "/\\xca\\xfd\\xbe\\xdd"


def test_that_a_job_continues_without_secret_variables_that_are_gone_and_names_them(
    workspace: Workspace, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    program = WRITE_ENVIRONMENT + WAIT.format(go=str(go))
    workspace.write(program, max_job_count=2, parallel_count=1)
    job = workspace.begin(env={"HF_TOKEN": SECRET})
    workspace.wait_running(job, 1)
    wait_until(
        (workspace.data.trial(job, 1) / "output" / "environment.json").exists, "the program does not run"
    )
    workspace.kill_watchdog_and_engine()
    for folder in runtime_folders.runtime_folders(workspace.data, make=False):
        for file in folder.glob(f"{job}*"):
            file.unlink()  # as a restart of the machine does
    workspace.run("engine", "start")
    wait_until(lambda: "variables_gone" in workspace.events(job), "no event about the variables")
    go.touch()
    assert workspace.wait_ended(job)["state"] == "succeeded"
    assert environment_of(workspace, job, 1)["HF_TOKEN"] == SECRET
    assert "HF_TOKEN" not in environment_of(workspace, job, 2)


def test_that_a_trial_that_runs_again_has_its_environment_again(workspace: Workspace) -> None:
    workspace.write(WRITE_ENVIRONMENT, max_job_count=1)
    job = workspace.tune(env={"HF_TOKEN": "first", "FOO": "first"})
    (workspace.data.trial(job["id"], 1) / "output" / "environment.json").unlink()
    done = workspace.run("rerun", job["id"], "1", env={"HF_TOKEN": "second", "FOO": "second"})
    assert done.code == 0, done.err
    workspace.wait_ended(job["id"])
    found = environment_of(workspace, job["id"])
    assert (found["HF_TOKEN"], found["FOO"]) == ("second", "first")


@pytest.mark.parametrize("own", [{}, {"OMP_NUM_THREADS": "3", "MASTER_PORT": "4711"}])
def test_that_trials_at_the_same_time_share_the_cores_and_meet_at_different_ports(
    workspace: Workspace, tmp_path: Path, own: dict[str, str]
) -> None:
    go = tmp_path / "go"
    program = WRITE_ENVIRONMENT + WAIT.format(go=str(go))
    workspace.write(program, max_job_count=2, parallel_count=2, local={"environment": own})
    job = workspace.begin()
    workspace.wait_running(job, 2)
    go.touch()
    workspace.wait_ended(job)
    first, second = (environment_of(workspace, job, number) for number in (1, 2))
    cores = str(max(1, len(os.sched_getaffinity(0)) // 2))
    assert first["OMP_NUM_THREADS"] == second["OMP_NUM_THREADS"] == own.get("OMP_NUM_THREADS", cores)
    assert first["PET_MASTER_PORT"] != second["PET_MASTER_PORT"]
    assert (first["MASTER_PORT"] == second["MASTER_PORT"]) is bool(own)
    assert first["MASTER_ADDR"] == "127.0.0.1"


@pytest.mark.docker
def test_that_a_container_gets_no_variable_of_the_shell_and_the_checks_say_which_it_misses(
    containers: Workspace,
) -> None:
    from support.docker_engine import IMAGE

    local: dict[str, Any] = {"runner": "docker", "image": IMAGE, "environment": {"HF_HOME": "/cache"}}
    containers.write(WRITE_ENVIRONMENT, max_job_count=1, local=local)
    shell = {"HF_ENDPOINT": "https://mirror", "HF_HOME": "/home/me", "WANDB_API_KEY": SECRET, "FOO": "1"}
    job = containers.tune(env=shell)
    found = environment_of(containers, job["id"])
    assert {n: found.get(n) for n in shell} == dict.fromkeys(shell) | {"HF_HOME": "/cache"}
    assert files_with(containers.data.root, SECRET) == []
