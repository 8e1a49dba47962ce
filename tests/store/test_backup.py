"""Making backups while jobs run, and restoring them."""

from __future__ import annotations

import json
import tarfile
import threading
from pathlib import Path

import pytest

from bayescore.errors import StoreError
from bayescore.store import Database, DataFolder, NewPoints, backup, jobs, points
from bayescore.store.backup import read_manifest
from bayescore.store.restore import restore
from support.filled_store import POINTS, TRIALS, content, fill


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(DataFolder(tmp_path / "home")).open()


def test_that_a_backup_is_restored_into_an_empty_folder(database: Database, tmp_path: Path) -> None:
    job = fill(database)
    backup.make(database, tmp_path / "b.tar", outputs=True)
    other = DataFolder(tmp_path / "other")
    restored = restore(other, tmp_path / "b.tar")
    assert (restored.aside, restored.stopped) == (None, 1)
    assert restored.left_out == (f"jobs/{job}/trials/001/output/elsewhere",)
    assert content(other) == ([job], TRIALS, TRIALS * POINTS)
    output = other.trial(job, 1) / "output"
    assert (output / "weights.bin").read_bytes() == b"w" * 5000
    assert (output / "newest").readlink() == Path("weights.bin")
    assert not (output / "elsewhere").is_symlink()
    assert (other.snapshot(job) / "main.py").read_text() == "print(1)"
    assert sorted(p.name for p in other.root.iterdir()) == ["engine.lock", "jobs", "store.sqlite3"]


def test_that_a_backup_keeps_names_notes_tags_and_the_archive(database: Database, tmp_path: Path) -> None:
    identifier = fill(database)
    with database.write() as connection:
        jobs.mark(connection, identifier, name="renamed", note="a note", tags=["a", "b"], archived=True)
    backup.make(database, tmp_path / "b.tar")
    other = DataFolder(tmp_path / "other")
    restore(other, tmp_path / "b.tar")
    with Database(other).open().write() as connection:
        job = jobs.get(connection, identifier)
        assert (job.submission.name, job.note, job.tags, job.archived) == (
            "renamed",
            "a note",
            ("a", "b"),
            True,
        )
        _found, revision = jobs.summaries(connection)
        jobs.mark(connection, identifier, note="changed")
        assert [j.note for j in jobs.summaries(connection, revision)[0]] == ["changed"]


def test_that_a_backup_contains_outputs_only_on_request(database: Database, tmp_path: Path) -> None:
    job = fill(database)
    manifest = backup.make(database, tmp_path / "b.tar").manifest
    assert (manifest.jobs, manifest.trials) == (1, TRIALS)
    assert (tmp_path / "b.tar").stat().st_mode & 0o077 == 0
    with tarfile.open(tmp_path / "b.tar") as archive:
        names = archive.getnames()
    assert f"jobs/{job}/trials/001/log.txt" in names
    assert f"jobs/{job}/snapshot/main.py" in names
    assert f"jobs/{job}/snapshot/trials/one/output/kept.txt" in names
    assert not [n for n in names if "weights" in n]


def test_that_a_backup_made_during_writes_is_a_consistent_snapshot(
    database: Database, tmp_path: Path
) -> None:
    fill(database)
    stop = threading.Event()

    def write() -> None:
        own, writer, i = Database(database.folder), points.PointWriter(), 0
        while not stop.is_set():
            with own.write() as connection:  # two points in one transaction
                writer.append(connection, [NewPoints(1, 1, 1, (("pair", float(i)), ("pair", float(i))))])
            i += 1
        own.close()

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for n in range(5):
            backup.make(database, tmp_path / f"{n}.tar")
    finally:
        stop.set()
        writing.join()
    for n in range(5):
        other = DataFolder(tmp_path / f"other-{n}")
        restore(other, tmp_path / f"{n}.tar")
        with Database(other).open().read() as connection:
            pairs = [p.value for p in points.every(connection, 1) if p.metric == "pair"]
        assert pairs == [float(i) for i in range(len(pairs) // 2) for _ in range(2)]


def test_that_restore_moves_existing_jobs_aside_on_request_and_never_deletes_them(
    database: Database, tmp_path: Path
) -> None:
    first = fill(database, "first")
    backup.make(database, tmp_path / "b.tar")
    second = fill(database, "second")
    database.close()
    with pytest.raises(StoreError, match="already has jobs"):
        restore(database.folder, tmp_path / "b.tar")
    assert content(database.folder)[0] == [second, first]
    aside = restore(database.folder, tmp_path / "b.tar", replace=True).aside
    assert content(database.folder)[0] == [first]
    assert aside is not None
    assert content(DataFolder(aside))[0] == [second, first]


def test_that_restore_refuses_a_data_folder_in_use(database: Database, tmp_path: Path) -> None:
    from filelock import FileLock

    job = fill(database)
    backup.make(database, tmp_path / "b.tar")
    with FileLock(str(database.folder.engine_lock)), pytest.raises(StoreError, match="engine"):
        restore(database.folder, tmp_path / "b.tar", replace=True)
    assert content(database.folder)[0] == [job]


@pytest.mark.parametrize("content_of_file", [b"", b"no archive", b"\x1f\x8b" + bytes(500)])
def test_that_a_file_that_is_not_a_backup_is_refused(tmp_path: Path, content_of_file: bytes) -> None:
    (tmp_path / "x.tar").write_bytes(content_of_file)
    with pytest.raises(StoreError, match="not a backup"):
        restore(DataFolder(tmp_path / "home"), tmp_path / "x.tar")


def test_that_a_damaged_backup_changes_nothing(database: Database, tmp_path: Path) -> None:
    job = fill(database)
    backup.make(database, tmp_path / "b.tar")
    database.close()
    whole = (tmp_path / "b.tar").read_bytes()
    (tmp_path / "short.tar").write_bytes(whole[: len(whole) // 3])
    with pytest.raises(StoreError, match="still there"):
        restore(database.folder, tmp_path / "short.tar", replace=True)
    assert content(database.folder) == ([job], TRIALS, TRIALS * POINTS)
    assert not list(database.folder.root.glob(".restoring*"))


@pytest.mark.parametrize("name", ["../outside", "/tmp/bayesdesk-outside", "jobs/../../outside"])
def test_that_a_forged_backup_writes_nothing_outside(database: Database, tmp_path: Path, name: str) -> None:
    fill(database)
    backup.make(database, tmp_path / "b.tar")
    with tarfile.open(tmp_path / "b.tar", "a") as archive:
        archive.add(__file__, name)
    other = DataFolder(tmp_path / "deep" / "other")
    with pytest.raises(StoreError, match="cannot be restored"):
        restore(other, tmp_path / "b.tar")
    assert not list(tmp_path.rglob("outside"))
    assert not Path("/tmp/bayesdesk-outside").exists()


def test_that_a_newer_backup_is_refused(database: Database, tmp_path: Path) -> None:
    manifest = json.dumps({"format": 99, "schema": "0002"})
    (tmp_path / "backup.json").write_text(manifest)
    with tarfile.open(tmp_path / "b.tar", "w") as archive:
        archive.add(tmp_path / "backup.json", "backup.json")
    with pytest.raises(StoreError, match="newer"):
        read_manifest(tmp_path / "b.tar")
