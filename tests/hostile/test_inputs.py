"""Files of others are read within limits: of size, of time, of what they stand for, of what they are."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bayescore.config import load_file, load_local_file, load_local_text, load_text
from bayescore.config.gear import Gear, name_project, read_gear
from bayescore.config.load import MAX_BYTES
from bayescore.engine.beginning import begin_from_program, begin_project
from bayescore.errors import ConfigError
from hostile.files import LARGE
from support.builders import FILE
from support.workspace import Workspace

LIMIT_S = 10.0  # where it took minutes, or did not end


@pytest.fixture(params=["pipe", "device", "endless link"])
def unsuitable(request: pytest.FixtureRequest) -> Callable[[Path], Path]:
    """Puts in a file's place what hangs or never ends when it is read."""

    def put(file: Path) -> Path:
        file.unlink(missing_ok=True)
        if request.param == "pipe":
            os.mkfifo(file)
        else:
            file.symlink_to("/dev/zero" if request.param == "device" else file.name)
        return file

    return put


@pytest.mark.parametrize("shape", LARGE)
def test_that_a_large_file_is_read_and_explained_in_bounded_time(shape: str) -> None:
    source = LARGE[shape]()
    assert len(source.encode()) <= MAX_BYTES
    began = time.monotonic()
    problems = (load_local_text if shape.startswith("local") else load_text)(source).problems
    shown = [str(p) for p in problems], json.dumps([p.as_json() for p in problems])
    assert time.monotonic() - began < LIMIT_S
    assert len(problems) < 200
    assert sum(map(len, shown[0])) < 4 * MAX_BYTES


def test_that_problems_of_one_kind_are_counted_and_not_all_listed() -> None:
    found = load_text(FILE + "".join(f"k{i}: 1\n" for i in range(100))).problems
    unknown = [str(p.message) for p in found if p.code == "unknown-key"]
    assert len(unknown) == 21
    assert unknown[-1] == "80 more problems of this kind are not listed."
    assert str(found[-1].message) == unknown[-1]  # it stands behind the last that is listed


def test_that_aliases_that_stand_for_too_much_are_refused_where_they_stand() -> None:
    (problem,) = load_text(LARGE["a bomb in a parameter"]()).problems
    assert (problem.code, problem.line) == ("syntax", 7)
    assert "aliases" in str(problem.message)


def test_that_usual_aliases_are_fine() -> None:
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


def test_that_naming_a_project_writes_through_no_link(tmp_path: Path) -> None:
    outside, project = tmp_path / "outside", tmp_path / "project"
    outside.write_text("mine")
    project.mkdir()
    (project / ".openbayesgear").symlink_to(outside)
    with pytest.raises(ConfigError, match="cannot be written"):
        name_project(project, "x")
    assert outside.read_text() == "mine"


def test_that_beginning_a_project_writes_through_no_link(workspace: Workspace, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    workspace.project.mkdir()
    (workspace.project / "openbayes.yaml").symlink_to(outside)
    done = workspace.run("gear", "init", "name")
    assert (done.code, outside.exists()) == (2, False), done
    assert "Traceback" not in done.err
    with pytest.raises(ConfigError, match="cannot be written"):
        begin_project(workspace.project)
    assert not outside.exists()


def test_that_the_program_of_a_project_is_read_within_limits(
    tmp_path: Path, unsuitable: Callable[[Path], Path]
) -> None:
    unsuitable(tmp_path / "main.py")
    with pytest.raises(ConfigError, match="cannot be read"):
        begin_from_program(tmp_path, "main.py")
