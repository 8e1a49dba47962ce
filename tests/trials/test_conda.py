"""Trials in a conda environment, which is activated for them as ``conda run`` does."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bayescore.trials.conda_activation import activation
from support.environments import a_conda_environment, a_conda_root, add_script, set_variables
from support.workspace import REPORT_X, Workspace

SHOW = REPORT_X + "import json, os, sys\njson.dump([sys.prefix, dict(os.environ)], open('seen.json', 'w'))\n"


@pytest.fixture
def root(workspace: Workspace) -> Path:
    """An installation of conda in the home folder, with an environment ``ml``."""
    home = workspace.root / "user"
    workspace.environment["HOME"] = str(home)
    return a_conda_root(home, "ml", "vision")


def seen(workspace: Workspace, **local: Any) -> tuple[str, dict[str, str]]:
    """Prefix and environment variables of a trial."""
    workspace.write(SHOW, max_job_count=1, local={"python": "conda:ml", **local})
    job = workspace.tune()
    assert job["state"] == "succeeded", job["reason"]
    prefix, variables = json.loads((workspace.data.trial(job["id"], 1) / "output" / "seen.json").read_text())
    return prefix, variables


def test_that_a_trial_runs_in_the_activated_environment(workspace: Workspace, root: Path) -> None:
    ml = root / "envs" / "ml"
    add_script(ml, "activate.d", "b.sh", 'export TOOLS="$FIRST with space:$CONDA_PREFIX"\n')
    add_script(
        ml, "activate.d", "a.sh", "local_name=1\nexport FIRST=first CUDA_VISIBLE_DEVICES=0 MINE=script\n"
    )
    add_script(ml, "activate.d", "c.csh", "setenv NOT 1\n")
    set_variables(ml, DATA_ROOT="/data", http_proxy="***unset***")
    workspace.environment["http_proxy"] = "http://proxy"
    prefix, variables = seen(workspace, environment={"MINE": "file's $HOME"})
    assert prefix == str(ml)
    assert (variables["CONDA_PREFIX"], variables["CONDA_DEFAULT_ENV"]) == (str(ml), "ml")
    assert variables["PATH"].split(os.pathsep)[0] == str(ml / "bin")
    assert variables["TOOLS"] == f"first with space:{ml}"
    assert variables["DATA_ROOT"] == "/data"
    assert not {"http_proxy", "NOT", "local_name"} & set(variables)
    # What is chosen for the trial is stronger than a script.
    assert (variables["MINE"], variables["CUDA_VISIBLE_DEVICES"]) == ("file's $HOME", "")
    assert not [name for name in variables if "KEPT" in name]


def test_that_the_environment_of_the_shell_is_left_first(workspace: Workspace, root: Path) -> None:
    vision = root / "envs" / "vision"
    add_script(vision, "deactivate.d", "a.sh", 'export LEFT="$CONDA_PREFIX"\nunset CFLAGS\n')
    set_variables(vision, OF_VISION="1")
    workspace.environment |= {
        "CONDA_PREFIX": str(vision),
        "CONDA_DEFAULT_ENV": "vision",
        "CONDA_SHLVL": "1",
        "CFLAGS": "-O2",
        "OF_VISION": "1",
    }
    prefix, variables = seen(workspace)
    assert prefix == str(root / "envs" / "ml")
    assert variables["LEFT"] == str(vision)
    assert not {"CFLAGS", "OF_VISION"} & set(variables)
    assert (variables["CONDA_SHLVL"], variables["CONDA_PREFIX_1"]) == ("2", str(vision))


def test_that_an_interpreter_chosen_by_its_path_is_activated_too(workspace: Workspace, root: Path) -> None:
    ml = root / "envs" / "ml"
    prefix, variables = seen(workspace, python=str(ml / "bin" / "python"))
    assert (prefix, variables["CONDA_DEFAULT_ENV"]) == (str(ml), "ml")


def test_that_a_program_runs_in_the_shell_of_the_settings_behind_the_scripts(tmp_path: Path) -> None:
    prefix = a_conda_environment(tmp_path / "a folder's name")
    add_script(prefix, "activate.d", "a.sh", "[[ -n $CONDA_PREFIX ]] && export FROM_BASH=yes\n")
    active = activation(prefix, dict(os.environ))
    command = active.command(["/bin/sh", "-c", 'echo "$FROM_BASH $0 $CONDA_DEFAULT_ENV"'], ())
    done = subprocess.run(command, env=active.environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"yes /bin/sh {prefix}\n"


def test_that_nothing_is_done_in_an_environment_that_is_active(tmp_path: Path) -> None:
    prefix = a_conda_environment(tmp_path / "envs" / "ml")
    add_script(prefix, "activate.d", "a.sh", "exit 1\n")
    inherited = {"CONDA_PREFIX": str(prefix), "PATH": f"/own:{prefix}/bin:/usr/bin"}
    active = activation(prefix, inherited)
    assert active.command(["true"], ()) == ["true"]
    assert active.environment == {"CONDA_PREFIX": str(prefix), "PATH": f"{prefix}/bin:/own:/usr/bin"}


def test_that_a_name_that_is_not_there_is_a_problem_before_anything_starts(
    workspace: Workspace, root: Path
) -> None:
    workspace.write(local={"python": "conda:visoin"})
    for command in (["check"], ["gear", "run", "hypertuning"]):
        refused = workspace.run(*command)
        assert refused.code == 2
        assert "openbayes.local.yaml:1:" in refused.out
        assert "There is no conda environment “visoin”; did you mean “vision”?" in refused.out


def test_that_a_trial_of_an_environment_that_is_gone_does_not_run_with_another_python(
    workspace: Workspace, root: Path
) -> None:
    workspace.write(
        f"import shutil\nshutil.rmtree({str(root / 'envs' / 'ml')!r})\n{REPORT_X}",
        max_job_count=2,
        parallel_count=1,
        local={"python": "conda:ml", "max_failed_trials": 1},
    )
    job = workspace.tune()
    assert f"The conda environment {root / 'envs' / 'ml'} is gone." in json.dumps(job, ensure_ascii=False)
