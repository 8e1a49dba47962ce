"""The same job on the platform: the real official command line against a stand-in on loopback."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bayescore.cloud import complete, plan
from bayescore.config.gear import name_project, read_gear
from bayescore.errors import ConfigError
from support import stand_in_platform as platform
from support.workspace import Workspace

BARE = """# my project
env: python-3.11
command: python main.py --data /home/me/data
hyper_tuning:
  max_job_count: 4
  hyperparameter_metric: score
  goal: MAXIMIZE
  algorithm: Random
  parameter_specs:
    - {name: x, type: DOUBLE, min_value: 0.0, max_value: 1.0}  # the only one
    - {name: n, type: INTEGER, min_value: 1, max_value: 8, scale_type: UNIT_LINEAR_SCALE}
"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return platform.install(tmp_path_factory.mktemp("official"))


@pytest.fixture
def there() -> Iterator[platform.StandIn]:
    with platform.running() as stand_in:
        yield stand_in


@pytest.fixture
def home(tmp_path: Path, programs: Path) -> dict[str, str]:
    (tmp_path / "user").mkdir()
    return {"HOME": str(tmp_path / "user"), "PATH": f"{programs}:{os.environ['PATH']}"}


@pytest.fixture
def workspace(workspace: Workspace, home: dict[str, str]) -> Workspace:
    workspace.environment.update(home)
    workspace.write()
    (workspace.project / "openbayes.yaml").write_text(BARE, encoding="utf-8")
    return workspace


def sign_in(workspace: Workspace, there: platform.StandIn, home: dict[str, str]) -> None:
    for command in (
        ["switch", "stand-in", "-e", there.url],
        ["login", platform.TOKEN],
    ):
        platform.bayes(*command, cwd=workspace.project, environment=home)
    done = workspace.run("cloud", "init", "digits", "--yes")
    assert done.code == 0, done.out + done.err


def findings(workspace: Workspace) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for row in workspace.run("cloud", "check", "--json").json()["findings"]:
        found.setdefault(row["topic"], []).append((row["grade"], f"{row['message']} {row['mend']}"))
    return found


def test_that_a_job_is_submitted_to_the_platform_with_the_settings_of_the_file(
    workspace: Workspace, there: platform.StandIn, home: dict[str, str]
) -> None:
    sign_in(workspace, there, home)
    (workspace.project / ".git").mkdir()
    (workspace.project / ".git" / "config").write_text("secret")
    (workspace.project / "data").mkdir()
    (workspace.project / "data" / "中文.txt").write_text("x" * 1000)
    (workspace.project / ".openbayesignore").write_text("*.ckpt\n")
    (workspace.project / "old.ckpt").write_text("large")
    seen = workspace.run("cloud", "check", "--json").json()
    assert seen["may_run"]
    assert seen["endpoint"] == there.url

    done = workspace.run("cloud", "run", "--yes", "-m", "第一次")

    assert done.code == 0, done.out + done.err
    assert f"{there.url}/console/{platform.USER}/jobs/j1" in done.out.splitlines()[-1]
    (job,) = there.jobs
    assert (job["projectId"], job["code"], job["maxJobCount"]) == ("p1", "source-1", 4)
    assert (job["hyperparameterMetric"], job["goal"], job["algorithm"]) == ("score", "MAXIMIZE", "Random")
    assert len(job["parameterSpecs"]) == 2
    assert there.descriptions == ["第一次"]
    assert len(there.uploads) == seen["files"]
    assert sum(map(len, there.uploads.values())) == seen["bytes"]
    assert not any("git" in name or "ckpt" in name for name in there.uploads)
    assert read_gear(workspace.project).jid == "j1"
    text = (workspace.project / "openbayes.yaml").read_text(encoding="utf-8")
    assert "# the only one" in text
    assert yaml.safe_load(text)["node"] == 1
    assert platform.TOKEN not in done.out + done.err


def test_that_nothing_is_sent_without_a_confirmation(
    workspace: Workspace, there: platform.StandIn, home: dict[str, str]
) -> None:
    sign_in(workspace, there, home)
    done = workspace.run("cloud", "run")
    assert done.code == 2
    assert "--yes" in done.err
    assert (there.jobs, there.uploads) == ([], {})
    (workspace.project / "openbayes.yaml").write_text(BARE, encoding="utf-8")
    assert workspace.run("cloud", "run").code == 2
    assert (workspace.project / "openbayes.yaml").read_text(encoding="utf-8") == BARE


def test_that_each_finding_comes_with_its_fix(workspace: Workspace, programs: Path) -> None:
    found = findings(workspace)
    assert found["bayes"][0][0] == "ok"
    assert "0.28.5" in found["bayes"][0][1]
    assert "bayes login" in found["account"][0][1]
    assert "bayesdesk cloud init" in found["project"][0][1]
    assert workspace.run("cloud", "check").code == 1
    assert workspace.run("cloud", "run", "--yes").code == 1
    workspace.environment["PATH"] = os.pathsep.join(
        p for p in workspace.environment["PATH"].split(os.pathsep) if p != str(programs)
    )
    assert "pip install openbayes-cli" in findings(workspace)["bayes"][0][1]


def test_that_settings_that_work_only_here_are_warnings(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    file = workspace.project / "openbayes.yaml"
    file.write_text(
        BARE + f"data_bindings:\n  - {{data: {tmp_path}/set, path: /input0}}\n"
        "  - {data: me/mnist/1, path: /input1}\nparameters:\n  key: {is_secret: true, source: env, env: NOT_SET_HERE}\n"
    )
    (workspace.project / "openbayes.local.yaml").write_text(
        "image: my/own:1\nobjective: best\nenvironment: {HF_ENDPOINT: there}\n"
    )
    found = findings(workspace)
    assert [grade for grade, _ in found["inputs"]] == ["warning"]
    assert f"{tmp_path}/set" in found["inputs"][0][1]
    assert "/home/me/data" in found["command"][0][1]
    assert "my/own:1" in found["image"][0][1]
    assert "HF_ENDPOINT" in found["environment"][0][1]
    assert found["metric"][0][0] == "warning"
    assert "openbayes.local.yaml" in found["upload"][1][1]
    assert found["secrets"][0][0] == "problem"
    assert "NOT_SET_HERE" in found["secrets"][0][1]


def test_that_an_error_of_the_platform_is_shown_and_the_command_fails(
    workspace: Workspace, there: platform.StandIn, home: dict[str, str]
) -> None:
    sign_in(workspace, there, home)
    there.refusal = "余额不足"
    done = workspace.run("cloud", "run", "--yes")
    assert done.code != 0
    assert "余额不足" in done.out
    assert there.jobs == []


def test_that_naming_a_project_keeps_its_binding_to_the_platform(tmp_path: Path) -> None:
    (tmp_path / ".openbayesgear").write_text("id: p1\njid: j9\nname: old\n")
    name_project(tmp_path, "新名")
    gear = read_gear(tmp_path)
    assert (gear.id, gear.name, gear.jid) == ("p1", "新名", "j9")
    (tmp_path / ".openbayesgear").write_text(json.dumps({"id": "p2", "name": "x", "jid": ""}))
    assert read_gear(tmp_path).id == "p2"
    (tmp_path / ".openbayesgear").write_text("[: not yaml")
    assert read_gear(tmp_path).id == ""


def test_that_a_file_that_has_changed_since_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "openbayes.yaml"
    file.write_text(BARE, encoding="utf-8")
    seen = plan(tmp_path)
    assert seen.change
    file.write_text(BARE + "# mine\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="changed since"):
        complete(seen)
    assert file.read_text(encoding="utf-8") == BARE + "# mine\n"
