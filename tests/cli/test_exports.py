"""``bayesdesk export``: formats, and the best parameters or narrower ranges in a file."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import yaml

from support.workspace import Workspace


def test_that_exports_in_every_format_agree(finished: Workspace) -> None:
    job = finished.run("export", "last", "--format", "json").json()
    rows = list(csv.DictReader(io.StringIO(finished.run("export", "last", "--format", "csv").out)))
    assert [float(r["score"]) for r in rows] == [t["value"] for t in job["trials"]]
    assert [r["c"] for r in rows] == [t["parameters"]["c"] for t in job["trials"]]
    points = list(csv.DictReader(io.StringIO(finished.run("export", "last", "--format", "points").out)))
    assert sorted({p["metric"] for p in points}) == ["loss", "score"]
    assert len(points) == 12
    only = list(
        csv.DictReader(io.StringIO(finished.run("export", "last", "--trial", "2", "--format", "csv").out))
    )
    assert [r["trial"] for r in only] == ["2"]

    best = yaml.safe_load(finished.run("export", "last").out)
    assert best == {"parameters": job["best"]["parameters"]}


def test_that_the_best_parameters_and_narrower_ranges_are_written_after_a_diff(
    finished: Workspace, tmp_path: Path
) -> None:
    job = finished.run("show", "last", "--json").json()
    target = tmp_path / "openbayes.yaml"
    target.write_bytes(b"\xef\xbb\xbf# keep\r\ncommand: x # keep too\r\nhyper_tuning: {parameter_specs: [{name: x, type: DOUBLE, min_value: 0.1, max_value: 1.0}, {name: n, type: INTEGER, min_value: 1, max_value: 9}, {name: d, type: DISCRETE, discrete_values: [1, 2, 3]}, {name: c, type: CATEGORICAL, categorical_values: [a, \"on\"]}]}\r\n")  # fmt: skip
    target.chmod(0o640)
    done = finished.run("export", job["id"], "--into", str(target))
    assert done.code == 0, done.err
    assert f"+  x: {job['best']['parameters']['x']}" in done.out.replace("\r", "")
    written = target.read_bytes()
    assert written.startswith(b"\xef\xbb\xbf# keep\r\ncommand: x # keep too\r\n")
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert target.stat().st_mode & 0o777 == 0o640
    assert "already" in finished.run("export", job["id"], "--into", str(target)).out

    narrowed = finished.run("export", job["id"], "--narrow", "--into", str(target))
    assert narrowed.code == 0, narrowed.err
    from bayescore.config import YamlDocument

    specs = YamlDocument.parse(target.read_text(encoding="utf-8")).data["hyper_tuning"]["parameter_specs"]
    assert specs[0]["min_value"] >= 0.1
    assert specs[0]["max_value"] <= 1.0
    assert "hyper_tuning" in finished.run("export", job["id"], "--narrow").out


def test_that_results_of_another_projects_newest_job_are_written_only_if_it_is_named(
    finished: Workspace, tmp_path: Path
) -> None:
    job = finished.run("show", "last", "--json").json()["id"]
    other = tmp_path / "openbayes.yaml"
    before = (finished.project / "openbayes.yaml").read_bytes()
    other.write_bytes(before)
    refused = finished.run("export", "last", "--into", str(other), "--yes")
    assert refused.code == 2
    assert f"The newest job, {job}, is of {finished.project}, not of {tmp_path}" in refused.err
    assert other.read_bytes() == before
    assert finished.run("export", job, "--into", str(other), "--yes").code == 0
    assert other.read_bytes() != before


def test_that_ranges_of_a_job_without_a_succeeded_trial_are_refused(workspace: Workspace) -> None:
    workspace.write("raise SystemExit(1)", max_job_count=1)
    workspace.wait_ended(workspace.begin())
    for options in (["--narrow"], ["--narrow", "--into", "openbayes.yaml"]):
        refused = workspace.run("export", "last", *options)
        assert refused.code == 2
        assert "No trial of job" in refused.err


def test_that_a_file_that_cannot_be_edited_stays_unchanged(finished: Workspace, tmp_path: Path) -> None:
    broken = tmp_path / "openbayes.yaml"
    broken.write_text("a: [1\n")
    job = finished.run("show", "last", "--json").json()["id"]
    done = finished.run("export", job, "--into", str(broken))
    assert done.code == 2
    assert broken.read_text() == "a: [1\n"
    assert "bayesdesk check" in done.err


def test_that_a_file_that_is_not_utf_8_is_not_rewritten(finished: Workspace, tmp_path: Path) -> None:
    odd = tmp_path / "openbayes.yaml"
    odd.write_bytes(b"command: \xff\n")
    job = finished.run("show", "last", "--json").json()["id"]
    done = finished.run("export", job, "--into", str(odd))
    assert done.code == 2
    assert "UTF-8" in done.err
    assert odd.read_bytes() == b"command: \xff\n"
