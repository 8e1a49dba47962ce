"""Backups with forged ids and numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescore.errors import StoreError
from bayescore.store import Database, DataFolder, jobs, trials
from bayescore.store.restore import restore
from hostile.forging import forge_backup


@pytest.mark.parametrize(
    "identifier", ["../../Documents", "/Documents", "", ".", "a/b", "jobs", "ABCDEFGH", "a" * 9]
)
def test_that_a_job_with_a_path_as_id_is_not_restored(
    source: DataFolder, tmp_path: Path, identifier: str
) -> None:
    documents = tmp_path / "Documents"
    documents.mkdir()
    (documents / "thesis.txt").write_text("mine")
    file = forge_backup(
        source,
        tmp_path / "b.tar",
        "PRAGMA foreign_keys=OFF",
        f"UPDATE jobs SET id = '{identifier}'",
        f"UPDATE trials SET job = '{identifier}'",
    )
    home = DataFolder(tmp_path / "home")
    with pytest.raises(StoreError, match="forged"):
        restore(home, file)
    assert not home.database.exists()
    assert (documents / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "identifier", ["../x", "", "a/b", ".", "..", "x" * 300, "ABCDEFGH", "abc\ndefg", "abcdefg0"]
)
def test_that_an_invalid_id_does_not_become_a_path(tmp_path: Path, identifier: str) -> None:
    folder = DataFolder(tmp_path)
    for path in (folder.job, folder.snapshot, lambda identifier: folder.trial(identifier, 1)):
        with pytest.raises(StoreError, match="id"):
            path(identifier)


@pytest.mark.parametrize("number", ["'../../x'", "-1", "0", "1.5"])
def test_that_a_trial_with_a_path_as_number_is_not_restored(
    source: DataFolder, tmp_path: Path, number: str
) -> None:
    file = forge_backup(source, tmp_path / "b.tar", f"UPDATE trials SET number = {number}")
    home = DataFolder(tmp_path / "home")
    try:
        restore(home, file)
    except StoreError:
        return
    with Database(home).open().read() as connection:
        assert trials.active(connection) == []
        assert [t for job in jobs.every(connection) for t in trials.of_job(connection, job.id)] == []
