"""Findings of checks: one severity, the JSON that scripts read, the checks that are shared."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from bayescore.app.checks import disk, docker_answers
from bayescore.app.diagnostics import diagnose
from bayescore.app.findings import Finding, may_proceed
from bayescore.app.options import Options
from bayescore.app.preflight import preflight
from bayescore.app.prepare import prepare
from bayescore.config import Severity, YamlDocument, load_text
from bayescore.errors import ConfigError
from bayescore.i18n import text
from support.workspace import Workspace

Usage = namedtuple("Usage", "total used free")
NO_DOCKER = "unix:///nowhere.sock"


@pytest.mark.parametrize(
    ("severity", "grade"),
    [("ok", "ok"), ("hint", "ok"), ("warning", "warning"), ("error", "problem")],
)
def test_that_the_json_of_a_finding_has_the_words_that_scripts_read(severity: str, grade: str) -> None:
    found = Finding("disk", Severity(severity), text("message"), text("fix"))
    assert found.as_json() == {"topic": "disk", "grade": grade, "message": "message", "mend": "fix"}


def test_that_only_errors_keep_a_job_from_starting() -> None:
    findings = [Finding("disk", severity, text("message")) for severity in Severity]
    assert not may_proceed(findings)
    assert may_proceed(f for f in findings if f.severity is not Severity.ERROR)


def test_that_errors_and_problems_become_findings() -> None:
    error = ConfigError(text("message"), text("hint"))
    assert Finding.of_error("files", error) == Finding("files", Severity.ERROR, text("message"), text("hint"))
    problem = next(p for p in load_text("a: 1\ngoal: [").problems if p.severity is Severity.ERROR)
    found = Finding.of_problem("files", problem)
    assert found.severity is Severity.ERROR
    assert str(found.message) == f"{problem.message} (line {problem.line})"


@pytest.mark.parametrize(("gib", "severity"), [(1, Severity.WARNING), (50, Severity.OK)])
def test_that_little_space_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gib: int, severity: Severity
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(0, 0, gib * 2**30))
    found = disk(tmp_path)
    assert (found.severity, f"{gib}.0 GiB" in str(found.message)) == (severity, True)
    assert (found.fix is not None) == (severity is Severity.WARNING)


def test_that_a_docker_engine_that_does_not_answer_has_the_severity_of_the_caller() -> None:
    for severity in (Severity.WARNING, Severity.ERROR):
        with docker_answers(NO_DOCKER, otherwise=severity) as docker:
            assert (docker.client, docker.facts) == (None, None)
        assert docker.finding.severity is severity
        assert NO_DOCKER in str(docker.finding.message)


def test_that_diagnostics_and_the_checks_before_a_start_agree_about_the_disk(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", NO_DOCKER)
    monkeypatch.setenv("BAYESDESK_HOME", str(workspace.data.root))
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(0, 0, 2**30))
    workspace.write()
    found = {f.topic: f for f in diagnose()}
    before_start = preflight(workspace.project, Options(), workspace.data.root)
    assert found["disk"] in before_start.findings
    assert found["docker"].severity is Severity.WARNING
    assert before_start.may_start


def test_that_a_job_cannot_start_with_errors_in_its_file(workspace: Workspace) -> None:
    workspace.data.root.mkdir(parents=True)
    workspace.write(goal="UP")
    found = preflight(workspace.project, Options(), workspace.data.root)
    assert not found.may_start
    assert [f.topic for f in found.findings if f.severity is Severity.ERROR] == ["files"]


DEFAULTS = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=float, default=0.25)
parser.add_argument("--count", type=int, default=3)
parser.add_argument("--other", type=int, default=4)
parser.add_argument("--kind", default="gelu")
parser.parse_args()
"""
SPECS = [
    {"name": "x", "type": "DOUBLE", "min_value": 0, "max_value": 1},
    {"name": "count", "type": "INTEGER", "min_value": 1, "max_value": 9},
    {"name": "kind", "type": "CATEGORICAL", "categorical_values": ["relu", "tanh"]},
]


def test_that_the_defaults_of_the_program_are_offered_as_the_baseline_and_then_run_first(
    workspace: Workspace,
) -> None:
    def offers() -> list[Finding]:
        found = preflight(workspace.project, Options(), workspace.root).findings
        return [f for f in found if f.topic == "baseline"]

    workspace.write(DEFAULTS, specs=SPECS)
    (offer,) = offers()
    assert "x 0.25, count 3." in str(offer.message)
    file = workspace.project / "openbayes.local.yaml"
    document = YamlDocument.parse(file.read_text() if file.exists() else "")
    (action,) = offer.actions
    assert action.edit is not None
    file.write_text(document.apply(action.edit(document)).text)
    assert offers() == []
    baseline = prepare(workspace.project, Options()).submission.local.baseline
    assert baseline.parameters == {"x": 0.25, "count": 3}


def test_that_defaults_are_offered_in_the_type_of_their_parameter_unless_they_cannot_be_stored(
    workspace: Workspace,
) -> None:
    flags = ["True", "False"]
    given = {"flag": "True", "x": "1e999", "count": "9" * 100, "long": repr("ä" * 500)}
    program = "".join(f'parser.add_argument("--{name}", default={value})\n' for name, value in given.items())
    start = "import argparse\nparser = argparse.ArgumentParser()\n"
    named = [
        {"name": "flag", "type": "CATEGORICAL", "categorical_values": flags},
        {"name": "long", "type": "CATEGORICAL", "categorical_values": ["ä" * 500, "b"]},
    ]
    workspace.write(f"{start}{program}parser.parse_args()\n", specs=[*SPECS[:2], *named])
    found = preflight(workspace.project, Options(), workspace.root).findings
    (offer,) = [f for f in found if f.topic == "baseline"]
    assert len(str(offer.message)) < 400
    (action,) = offer.actions
    assert action.edit is not None
    document = YamlDocument.parse("")
    written = document.apply(action.edit(document)).data["baseline"]
    assert written == {"flag": "True", "long": "ä" * 500}


@pytest.mark.parametrize("program", ["", DEFAULTS.replace("parse_args()", "parse_known_args()")])
def test_that_defaults_that_are_not_known_for_certain_are_not_offered(
    workspace: Workspace, program: str
) -> None:
    workspace.write(program, specs=SPECS)
    found = preflight(workspace.project, Options(), workspace.root).findings
    assert "baseline" not in {f.topic for f in found}
