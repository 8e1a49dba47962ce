"""New projects and results of other tools."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescore.app.new_project import create_project, name_project
from bayescore.app.study_import import import_study, read_file, read_text
from bayescore.config import FILE_NAME, load_file
from bayescore.config.gear import read_gear
from bayescore.errors import ConfigError
from bayescore.store import Database, JobState, trials
from support.workspace import Workspace


def test_that_a_project_is_named_and_its_file_is_written_once(tmp_path: Path) -> None:
    assert name_project(tmp_path, "digits") == tmp_path / FILE_NAME
    assert load_file(tmp_path / FILE_NAME).document.text
    (tmp_path / FILE_NAME).write_text("mine")
    assert name_project(tmp_path, "other") is None
    assert read_gear(tmp_path).name == "other"
    assert (tmp_path / FILE_NAME).read_text() == "mine"


def test_that_a_link_in_the_place_of_the_file_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).symlink_to(tmp_path / "elsewhere")
    for create in (lambda: name_project(tmp_path, "digits"), lambda: create_project(tmp_path)):
        with pytest.raises(ConfigError, match="cannot be written"):
            create()
    assert not (tmp_path / "elsewhere").exists()


def test_that_a_table_becomes_an_ended_job(database: Database, workspace: Workspace) -> None:
    workspace.write()
    study = read_text("x\tscore\n0.5\t1\n0.25\t2\n", "copied", workspace.project)
    job, _stored = import_study(database, study, workspace.project)
    assert (job.state, job.submission.is_imported) == (JobState.SUCCEEDED, True)
    assert (job.submission.name, job.submission.project) == ("copied", str(workspace.project))
    with database.read() as connection:
        assert [t.value for t in trials.of_job(connection, job.id)] == [1.0, 2.0]


def test_that_a_file_without_results_is_refused(database: Database, tmp_path: Path) -> None:
    (tmp_path / "sweep.yaml").write_text("method: random\n")
    with pytest.raises(ConfigError, match="has no results"):
        read_file(tmp_path / "sweep.yaml", tmp_path)
