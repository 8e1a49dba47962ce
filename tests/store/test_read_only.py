"""A store on a disk that cannot be written is read all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bayescore.errors import NotWritableError
from bayescore.store import Database, DataFolder, jobs
from support.builders import a_submission
from support.small_disk import SmallDisk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    made = SmallDisk(tmp_path / "home")
    yield made
    made.unmount()


def store(folder: DataFolder) -> str:
    """A store with one job; returns its id."""
    database = Database(folder).open()
    with database.write() as connection:
        job = jobs.add(connection, a_submission()).id
    database.close()
    return job


def test_that_the_jobs_on_a_read_only_disk_are_read(disk: SmallDisk) -> None:
    folder = DataFolder(disk.folder)
    job = store(folder)
    disk.make_read_only()
    with pytest.raises(NotWritableError, match="cannot be written"):
        Database(folder).open()
    database = Database.for_reading(folder)
    with database.read() as connection:
        assert jobs.get(connection, job).id == job
    with pytest.raises(NotWritableError), database.write() as connection:
        jobs.add(connection, a_submission())
    watch = database.changes()
    assert not watch.changed()
    watch.close()
    database.close()


def test_that_a_new_data_folder_on_a_full_disk_is_refused_in_words(disk: SmallDisk) -> None:
    disk.fill()
    with pytest.raises(NotWritableError) as caught:
        Database(DataFolder(disk.folder)).open()
    assert "full" in str(caught.value)
    assert "Errno" not in str(caught.value)
    disk.free()
    Database(DataFolder(disk.folder)).open().close()


def test_that_a_folder_that_cannot_be_created_is_refused_in_words(disk: SmallDisk) -> None:
    disk.make_read_only()
    with pytest.raises(NotWritableError, match="the disk is read-only"):
        Database(DataFolder(disk.folder / "bayesdesk")).open()
