"""Untrusted files are read within limits of size, time, expansion and type."""

from __future__ import annotations

import json
import os
import random
import shlex
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bayescore.app.new_project import create_project, propose_from_program
from bayescore.config import load_file, load_local_file, load_local_text, load_text
from bayescore.config.gear import Gear, name_project, read_gear
from bayescore.config.load import MAX_BYTES
from bayescore.errors import ConfigError
from bayescore.exchange.output_folders import read_folder
from bayescore.exchange.readers import read_study
from bayescore.exchange.search_spaces import convert_space
from bayescore.exchange.tables import read_table
from bayescore.files import remove_tree
from bayescore.results import trials_csv
from bayescore.results.where import condition
from bayescore.store import jobs, trials
from hostile.files import LARGE
from hostile.imports import Imports
from support.builders import FILE, a_submission
from support.workspace import Workspace

LIMIT_S = 10.0  # CPU time of this process; without limits, minutes or endless


@pytest.fixture(params=["pipe", "device", "endless link"])
def unsuitable(request: pytest.FixtureRequest) -> Callable[[Path], Path]:
    """Replaces a file with something that blocks or never ends when it is read."""

    def put(file: Path) -> Path:
        file.unlink(missing_ok=True)
        if request.param == "pipe":
            os.mkfifo(file)
        else:
            file.symlink_to("/dev/zero" if request.param == "device" else file.name)
        return file

    return put


@pytest.mark.parametrize("shape", LARGE)
def test_that_a_large_file_is_checked_in_bounded_time(shape: str) -> None:
    source = LARGE[shape]()
    assert len(source.encode()) <= MAX_BYTES
    began = time.process_time()
    problems = (load_local_text if shape.startswith("local") else load_text)(source).problems
    shown = [str(p) for p in problems], json.dumps([p.as_json() for p in problems])
    assert time.process_time() - began < LIMIT_S
    assert len(problems) < 200
    assert sum(map(len, shown[0])) < 4 * MAX_BYTES


def test_that_the_number_of_listed_problems_of_a_kind_is_limited() -> None:
    found = load_text(FILE + "".join(f"k{i}: 1\n" for i in range(100))).problems
    unknown = [str(p.message) for p in found if p.code == "unknown-key"]
    assert len(unknown) == 21
    assert unknown[-1] == "80 more problems of this kind are not listed."
    assert str(found[-1].message) == unknown[-1]  # follows the last one that is listed


def test_that_aliases_that_expand_to_too_much_are_reported_at_their_position() -> None:
    (problem,) = load_text(LARGE["a bomb in a parameter"]()).problems
    assert (problem.code, problem.line) == ("syntax", 7)
    assert "aliases" in str(problem.message)


def test_that_ordinary_aliases_are_accepted() -> None:
    shared = "base: &base {a: 1, b: [x, y]}\n" + FILE + "parameters: {<<: *base, c: *base}\n"
    assert not [p for p in load_text(shared).problems if p.code == "syntax"]


def test_that_settings_are_read_from_regular_files_only(
    tmp_path: Path, unsuitable: Callable[[Path], Path]
) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_file(unsuitable(tmp_path / "openbayes.yaml"))


def test_that_local_settings_are_read_from_regular_files_only(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "openbayes.local.yaml")
    with pytest.raises(ConfigError, match="not a regular file"):
        load_local_file(tmp_path / "openbayes.local.yaml")


def test_that_a_gear_file_is_read_within_limits(tmp_path: Path, unsuitable: Callable[[Path], Path]) -> None:
    gear = tmp_path / ".openbayesgear"
    unsuitable(gear)
    assert read_gear(tmp_path) == Gear()
    gear.unlink()
    gear.write_text(LARGE["a bomb in a parameter"]() + "name: *a29\n")
    assert read_gear(tmp_path) == Gear()
    gear.write_text("name: [a]\nid: 12\n")
    assert read_gear(tmp_path) == Gear(id="12")


def test_that_the_name_of_a_project_is_not_written_through_a_link(tmp_path: Path) -> None:
    outside, project = tmp_path / "outside", tmp_path / "project"
    outside.write_text("mine")
    project.mkdir()
    (project / ".openbayesgear").symlink_to(outside)
    with pytest.raises(ConfigError, match="cannot be written"):
        name_project(project, "x")
    assert outside.read_text() == "mine"


def test_that_a_new_project_is_not_written_through_a_link(workspace: Workspace, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    workspace.project.mkdir()
    (workspace.project / "openbayes.yaml").symlink_to(outside)
    done = workspace.run("gear", "init", "name")
    assert (done.code, outside.exists()) == (2, False), done
    assert "Traceback" not in done.err
    with pytest.raises(ConfigError, match="cannot be written"):
        create_project(workspace.project)
    assert not outside.exists()


def test_that_the_program_of_a_project_is_read_within_limits(
    tmp_path: Path, unsuitable: Callable[[Path], Path]
) -> None:
    unsuitable(tmp_path / "main.py")
    with pytest.raises(ConfigError, match="cannot be read"):
        propose_from_program(tmp_path, "main.py")


# ---- conditions


@pytest.mark.parametrize(
    "source",
    [
        "(" * 100_000 + "1" + ")" * 100_000,
        "-" * 100_000 + "x",
        "-" * 1500 + "x",
        "not " * 400 + "x",
        "x" + ".x" * 100_000,
        "x < " * 400 + "9" * 5000,
        "9 ** 9 ** 9 ** 9",
        "x == '" + "a" * 5000,
    ],
)
def test_that_a_hostile_condition_is_refused_in_bounded_time(source: str) -> None:
    began = time.process_time()
    with pytest.raises(ConfigError):
        condition(source)
    assert time.process_time() - began < LIMIT_S


def test_that_a_condition_is_evaluated_at_any_stack_depth() -> None:
    holds = condition("not " * 40 + "x > 1")

    def deep(left: int) -> bool:
        return holds({"x": 2}) if left == 0 else deep(left - 1)

    assert deep(700) is True


# ---- imports


def storage(
    file: Path,
    *,
    study: str = "s",
    distribution: dict[str, object] | str | None = None,
    value: float = 0.5,
    replaced: dict[str, str] | None = None,
) -> Path:
    """An Optuna storage of one trial; ``replaced`` gives statements instead of those of a table."""
    known = distribution or {"name": "FloatDistribution", "attributes": {"low": 0.0, "high": 1.0}}
    tables = {
        "version_info": "CREATE TABLE version_info (schema_version INTEGER)",
        "studies": "CREATE TABLE studies (study_id INTEGER, study_name TEXT)",
        "study_directions": "CREATE TABLE study_directions (study_id INTEGER, direction TEXT)",
        "trials": """CREATE TABLE trials (trial_id INTEGER, study_id INTEGER, number INTEGER, state TEXT,
                     datetime_start TEXT, datetime_complete TEXT)""",
        "trial_params": """CREATE TABLE trial_params (param_id INTEGER, trial_id INTEGER, param_name TEXT,
                           param_value REAL, distribution_json TEXT)""",
        "trial_values": "CREATE TABLE trial_values (trial_id INTEGER, value REAL)",
        "trial_intermediate_values": """CREATE TABLE trial_intermediate_values
                                        (trial_id INTEGER, step INTEGER, intermediate_value REAL)""",
        "trial_system_attributes": "CREATE TABLE trial_system_attributes (trial_id INTEGER, key TEXT, value_json TEXT)",
        **(replaced or {}),
    }
    written = distribution if isinstance(distribution, str) else json.dumps(known)
    rows: dict[str, tuple[object, ...]] = {
        "version_info": (12,),
        "studies": (1, study),
        "study_directions": (1, "MAXIMIZE"),
        "trials": (1, 1, 0, "COMPLETE", None, None),
        "trial_params": (1, 1, "x", value, written),
        "trial_values": (1, 0.9),
    }
    with closing(sqlite3.connect(file)) as made:
        made.executescript(";".join(tables.values()))
        for name, row in rows.items():
            if tables[name].startswith("CREATE TABLE") and "AS (" not in tables[name]:
                made.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)
        made.commit()
    return file


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"


@pytest.mark.parametrize(
    "replaced",
    [
        {"studies": f"CREATE VIEW studies AS {ENDLESS} SELECT i AS study_id, 's' AS study_name FROM n"},
        {"version_info": f"CREATE VIEW version_info AS {ENDLESS} SELECT sum(i) AS schema_version FROM n"},
        {"trial_values": "CREATE VIRTUAL TABLE trial_values USING fts5(trial_id, value)"},
        {"studies": "CREATE TABLE studies (study_id INTEGER, study_name TEXT AS (printf('%d', study_id)))"},
    ],
)
def test_that_only_plain_tables_of_a_storage_are_read(tmp_path: Path, replaced: dict[str, str]) -> None:
    file = storage(tmp_path / "s.db", replaced=replaced)
    with pytest.raises(ConfigError, match="not an Optuna storage"):
        read_study(file, tmp_path)


def test_that_reading_a_storage_stops_after_too_many_steps(tmp_path: Path) -> None:
    file = storage(tmp_path / "s.db")
    with closing(sqlite3.connect(file)) as made:  # no index: each trial scans all rows
        made.execute(
            """INSERT INTO trials WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
               SELECT i, 1, i, 'COMPLETE', NULL, NULL FROM n"""
        )
        made.execute(
            """INSERT INTO trial_values WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
               SELECT -i, 1.0 FROM n"""
        )
        made.commit()
    began = time.process_time()
    with pytest.raises(ConfigError, match="interrupted"):
        read_study(file, tmp_path)
    assert time.process_time() - began < 2 * LIMIT_S


def test_that_a_storage_with_too_many_trials_is_refused(tmp_path: Path) -> None:
    file = storage(tmp_path / "s.db")
    with closing(sqlite3.connect(file)) as made:
        made.execute(
            """INSERT INTO trials WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
               SELECT i, 1, i, 'COMPLETE', NULL, NULL FROM n"""
        )
        made.commit()
    with pytest.raises(ConfigError, match="too large to import"):
        read_study(file, tmp_path)


def test_that_a_pipe_beside_a_storage_does_not_block(tmp_path: Path) -> None:
    file = storage(tmp_path / "s.db")
    os.mkfifo(tmp_path / "s.db-journal")
    with pytest.raises(ConfigError, match="not a regular file"):
        read_study(file, tmp_path)


def stepped_distribution(step: object, low: object = 0.0, high: object = 1.0) -> dict[str, object]:
    return {"name": "FloatDistribution", "attributes": {"low": low, "high": high, "step": step}}


@pytest.mark.parametrize(
    "distribution",
    [
        *(stepped_distribution(step) for step in (-1.0, float("inf"), float("nan"), "x", [1])),
        stepped_distribution(0.1, 0.0, float("inf")),
        stepped_distribution(1, 0, 10**400),
        "[" * 100_000,
        '{"name": "CategoricalDistribution", "attributes": {"choices": ' + "[" * 900 + "]" * 900 + "}}",
        '{"name": "CategoricalDistribution", "attributes": {"choices": 7}}',
        '{"name": "CategoricalDistribution", "attributes": '
        + json.dumps({"choices": list(range(20_000))})
        + "}",
        "[]",
        "null",
    ],
    ids=lambda d: str(d)[:40],
)
def test_that_a_hostile_distribution_is_refused(
    tmp_path: Path, distribution: dict[str, object] | str
) -> None:
    with pytest.raises(ConfigError):
        read_study(storage(tmp_path / "s.db", distribution=distribution), tmp_path)


def test_that_a_tiny_step_becomes_a_range(tmp_path: Path) -> None:
    study = read_study(storage(tmp_path / "s.db", distribution=stepped_distribution(1e-300)), tmp_path)
    assert study is not None
    assert "DOUBLE" in study.file_text


def test_that_an_imported_name_cannot_end_a_comment(tmp_path: Path) -> None:
    study = read_study(storage(tmp_path / "s.db", study="x\ncommand: touch /tmp/x\n#"), tmp_path)
    assert study is not None
    config = load_text(study.file_text).config
    assert config is not None
    assert config.command == "python main.py"


def test_that_an_infinite_parameter_is_left_out_and_reported(workspace: Workspace) -> None:
    workspace.write()
    file = storage(workspace.root / "s.db", value=float("inf"))
    done = workspace.run("import", str(file), "--project", str(workspace.project))
    assert done.code == 0, done
    assert "Trial 1 was left out: “x” is inf." in done.err
    (job,) = workspace.run("jobs", "--json").json()["jobs"]
    assert job["trials"] == []


def test_that_an_infinite_parameter_in_the_store_is_listed_and_exported(workspace: Workspace) -> None:
    with workspace.database().write() as connection:
        job = jobs.add(connection, a_submission())
        made = trials.add(connection, job.id, 1, {"x": float("inf"), "y": [float("nan")]}, "search")
        made = trials.get(connection, made.id)
    (shown,) = workspace.run("jobs", "--json").json()["jobs"]
    assert shown["trials"][0]["parameters"] == {"x": "Infinity", "y": ["NaN"]}
    assert workspace.run("show", job.id, "--json").json()["id"] == job.id
    assert workspace.run("export", job.id, "--format", "json").code == 0
    assert "Infinity" in trials_csv(job, [made], {})


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_that_only_regular_files_are_imported(tmp_path: Path, workspace: Workspace, kind: str) -> None:
    workspace.write()
    source = tmp_path / "table.csv"
    if kind == "pipe":
        os.mkfifo(source)
    elif kind == "device":
        source.symlink_to("/dev/zero")
    else:
        source.mkdir()
    with pytest.raises(ConfigError):
        read_study(source, workspace.project)


def test_that_a_table_is_read_up_to_a_limit(tmp_path: Path, workspace: Workspace) -> None:
    workspace.write()
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(ConfigError, match="larger than"):
        read_study(large, workspace.project)
    with pytest.raises(ConfigError, match="more than 10000 rows"):
        read_table("x,score\n" + "1,1\n" * 20_000, "t", workspace.project)


def test_that_the_number_of_listed_remarks_on_a_table_is_limited(workspace: Workspace) -> None:
    workspace.write()
    study = read_table("x,score\n" + "a,1\n" * 5000, "t", workspace.project)
    assert len(study.remarks) == 101
    assert "4900 more" in str(study.remarks[-1])


def test_that_outputs_with_hostile_logs_are_searched_in_bounded_time(
    tmp_path: Path, workspace: Workspace
) -> None:
    workspace.write(hyperparameter_metric="aaaa")
    runs = tmp_path / "runs"
    for number, log in enumerate(
        [
            "a" * 7_000_000,
            "aaaa " + " " * 7_000_000,
            "aaaa" + " =" * 1_000_000,
            "aaaa: 0.5\n" + "aaaa " * 9000,
        ]
    ):
        (runs / str(number)).mkdir(parents=True)
        (runs / str(number) / "openbayes_params.json").write_text('{"x": 0.5}')
        (runs / str(number) / "out.log").write_text(log)
    (runs / "deep").mkdir()
    (runs / "deep" / "openbayes_params.json").write_text("[" * 100_000)
    (runs / "pipe").mkdir()
    os.mkfifo(runs / "pipe" / "openbayes_params.json")
    (runs / "0" / "link.log").symlink_to("/dev/zero")
    os.mkfifo(runs / "0" / "pipe.log")
    began = time.process_time()
    study = read_folder(runs, workspace.project)
    assert time.process_time() - began < LIMIT_S
    assert [t.value for t in study.trials] == [None, None, None, 0.5]
    assert any("deep" in str(r) for r in study.remarks)


def test_that_a_deep_folder_of_outputs_is_searched(tmp_path: Path, workspace: Workspace) -> None:
    workspace.write()
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    try:
        with pytest.raises(ConfigError, match="There is no"):
            read_folder(tmp_path, workspace.project)
    finally:
        remove_tree(tmp_path / "d")


def test_that_fixed_values_of_a_sweep_are_quoted_for_the_shell() -> None:
    sweep = {
        "method": "random",
        "program": "my train.py",
        "parameters": {"x": {"min": 0.0, "max": 1.0}, "data": {"value": "$(touch /tmp/x); a 'b'"}},
    }
    config = load_text(convert_space(json.dumps(sweep)).file_text).config
    assert config is not None
    assert shlex.split(config.command) == ["python", "my train.py", "--data=$(touch /tmp/x); a 'b'"]


def test_that_any_source_is_imported_or_refused_with_a_message(workspace: Workspace, tmp_path: Path) -> None:
    workspace.write()
    imports = Imports(tmp_path / "sources", workspace.project)
    for seed in range(60):
        imports.check(random.Random(seed))


@pytest.mark.parametrize("shape", ["aliases", "merges", "deep", "many"])
def test_that_a_hostile_sweep_is_refused_in_bounded_time(shape: str) -> None:
    content = {
        "aliases": LARGE["a bomb in a parameter"]() + "method: grid\n",
        "merges": LARGE["a bomb merged"]() + "method: grid\n",
        "deep": "method: grid\nparameters: " + "{a: {parameters: " * 5000,
        "many": "method: random\nparameters:\n"
        + "".join(f"  k{i}: {{min: 0, max: 1}}\n" for i in range(9000)),
    }[shape]
    began = time.process_time()
    with pytest.raises(ConfigError):
        convert_space(content)
    assert time.process_time() - began < LIMIT_S
