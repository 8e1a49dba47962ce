"""The files about the project agree with each other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

from bayescore import __version__

ROOT = Path(__file__).resolve().parents[2]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def supported() -> list[str]:
    """The Python versions of the package's classifiers."""
    classifiers = tomllib.loads(read("pyproject.toml"))["project"]["classifiers"]
    return [c.rpartition(" ")[2] for c in classifiers if re.search(r":: 3\.\d+$", c)]


def test_that_ci_runs_on_each_supported_python() -> None:
    workflow = yaml.safe_load(read(".github/workflows/ci.yml"))
    assert workflow["jobs"]["check-and-test"]["strategy"]["matrix"]["python"] == supported()


def test_that_the_supported_pythons_are_stated_alike() -> None:
    first, last = supported()[0], supported()[-1]
    assert tomllib.loads(read("pyproject.toml"))["project"]["requires-python"] == f">={first}"
    assert f"Python {first} to {last}" in read("tools/check_python.py")
    assert f"Python {first} to {last}" in read("docs/en/install.md")
    assert f"Python {first} 到 {last}" in read("docs/zh/install.md")
    assert f"Python {first} to {last}" in read("README.md")


def test_that_the_citation_names_this_version() -> None:
    assert yaml.safe_load(read("CITATION.cff"))["version"] == __version__


def test_that_a_bug_report_asks_for_the_diagnostics() -> None:
    form = yaml.safe_load(read(".github/ISSUE_TEMPLATE/bug_report.yml"))
    required = {part.get("id") for part in form["body"] if part.get("validations", {}).get("required")}
    assert "doctor" in required
