"""Fixtures of the attacks on backups."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescore.store import Database, DataFolder, jobs, trials
from support.builders import a_submission


@pytest.fixture
def source(tmp_path: Path) -> DataFolder:
    """A data folder with an active job."""
    database = Database(DataFolder(tmp_path / "source")).open()
    with database.write() as connection:
        job = jobs.add(connection, a_submission(runner="docker", endpoint="tcp://192.0.2.1:2375"))
        trials.add(connection, job.id, 1, {"x": 0.5}, "random")
    database.folder.snapshot(job.id).mkdir(parents=True)
    (database.folder.snapshot(job.id) / "main.py").write_text("print(1)")
    database.close()
    return database.folder
