"""Backups made while jobs run, the way back, and the rescue of a damaged store."""

from __future__ import annotations

import json
import random
import sqlite3
import tarfile
import threading
from pathlib import Path

import pytest

from bayescore.errors import StoreError
from bayescore.store import Database, DataFolder, NewPoints, backup, jobs, points, rescue, trials
from support.builders import a_submission

TRIALS, POINTS = 40, 200


def fill(database: Database, name: str = "filled") -> str:
    """A job with trials, points and files; its id."""
    writer = points.PointWriter()
    with database.write() as connection:
        job = jobs.add(connection, a_submission(name=name))
        for number in range(1, TRIALS + 1):
            trial = trials.add(connection, job.id, number, {"x": number / 100}, "search")
            values = tuple(("score", float(i)) for i in range(POINTS))
            writer.append(connection, [NewPoints(job.seq, trial.id, 1, values)])
    snapshot = database.folder.snapshot(job.id)
    snapshot.mkdir(parents=True)
    (snapshot / "main.py").write_text("print(1)")
    (snapshot / "trials" / "one" / "output").mkdir(parents=True)  # the project's own
    (snapshot / "trials" / "one" / "output" / "kept.txt").write_text("kept")
    trial_folder = database.folder.trial(job.id, 1)
    (trial_folder / "output").mkdir(parents=True)
    (trial_folder / "output" / "weights.bin").write_bytes(b"w" * 5000)
    (trial_folder / "output" / "newest").symlink_to("weights.bin")
    (trial_folder / "output" / "elsewhere").symlink_to("/etc/hostname")
    (trial_folder / "log.txt").write_text("a line\n")
    return job.id


def content(folder: DataFolder) -> tuple[list[str], int, int]:
    database = Database(folder).open()
    try:
        with database.read() as connection:
            found = jobs.every(connection)
            count = sum(len(trials.of_job(connection, j.id)) for j in found)
            return [j.id for j in found], count, sum(points.count(connection, j.seq) for j in found)
    finally:
        database.close()


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(DataFolder(tmp_path / "home")).open()


def test_that_a_backup_comes_back_in_an_empty_folder(database: Database, tmp_path: Path) -> None:
    job = fill(database)
    backup.make(database, tmp_path / "b.tar", outputs=True)
    other = DataFolder(tmp_path / "other")
    restored = backup.restore(other, tmp_path / "b.tar")
    assert (restored.aside, restored.stopped) == (None, 1)
    assert restored.left_out == (f"jobs/{job}/trials/001/output/elsewhere",)
    assert content(other) == ([job], TRIALS, TRIALS * POINTS)
    output = other.trial(job, 1) / "output"
    assert (output / "weights.bin").read_bytes() == b"w" * 5000
    assert (output / "newest").readlink() == Path("weights.bin")
    assert not (output / "elsewhere").is_symlink()
    assert (other.snapshot(job) / "main.py").read_text() == "print(1)"
    assert sorted(p.name for p in other.root.iterdir()) == ["engine.lock", "jobs", "store.sqlite3"]


def test_that_outputs_are_taken_along_only_when_asked(database: Database, tmp_path: Path) -> None:
    job = fill(database)
    about = backup.make(database, tmp_path / "b.tar").about
    assert (about.jobs, about.trials) == (1, TRIALS)
    assert (tmp_path / "b.tar").stat().st_mode & 0o077 == 0
    with tarfile.open(tmp_path / "b.tar") as archive:
        names = archive.getnames()
    assert f"jobs/{job}/trials/001/log.txt" in names
    assert f"jobs/{job}/snapshot/main.py" in names
    assert f"jobs/{job}/snapshot/trials/one/output/kept.txt" in names
    assert not [n for n in names if "weights" in n]


def test_that_a_backup_made_during_writes_is_of_one_moment(database: Database, tmp_path: Path) -> None:
    fill(database)
    stop = threading.Event()

    def write() -> None:
        own, writer, i = Database(database.folder), points.PointWriter(), 0
        while not stop.is_set():
            with own.write() as connection:  # two points in one transaction: both are there, or none
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
        backup.restore(other, tmp_path / f"{n}.tar")
        with Database(other).open().read() as connection:
            pairs = [p.value for p in points.every(connection, 1) if p.metric == "pair"]
        assert pairs == [float(i) for i in range(len(pairs) // 2) for _ in range(2)]


def test_that_jobs_are_put_aside_when_asked_and_never_deleted(database: Database, tmp_path: Path) -> None:
    first = fill(database, "first")
    backup.make(database, tmp_path / "b.tar")
    second = fill(database, "second")
    database.close()
    with pytest.raises(StoreError, match="holds jobs"):
        backup.restore(database.folder, tmp_path / "b.tar")
    assert content(database.folder)[0] == [second, first]
    aside = backup.restore(database.folder, tmp_path / "b.tar", replace=True).aside
    assert content(database.folder)[0] == [first]
    assert aside is not None
    assert content(DataFolder(aside))[0] == [second, first]


def test_that_a_folder_in_use_is_left_alone(database: Database, tmp_path: Path) -> None:
    from filelock import FileLock

    job = fill(database)
    backup.make(database, tmp_path / "b.tar")
    with FileLock(str(database.folder.engine_lock)), pytest.raises(StoreError, match="engine"):
        backup.restore(database.folder, tmp_path / "b.tar", replace=True)
    assert content(database.folder)[0] == [job]


@pytest.mark.parametrize("content_of_file", [b"", b"no archive", b"\x1f\x8b" + bytes(500)])
def test_that_what_is_no_backup_is_refused(tmp_path: Path, content_of_file: bytes) -> None:
    (tmp_path / "x.tar").write_bytes(content_of_file)
    with pytest.raises(StoreError, match="not a backup"):
        backup.restore(DataFolder(tmp_path / "home"), tmp_path / "x.tar")


def test_that_a_damaged_backup_changes_nothing(database: Database, tmp_path: Path) -> None:
    job = fill(database)
    backup.make(database, tmp_path / "b.tar")
    database.close()
    whole = (tmp_path / "b.tar").read_bytes()
    (tmp_path / "short.tar").write_bytes(whole[: len(whole) // 3])
    with pytest.raises(StoreError, match="still there"):
        backup.restore(database.folder, tmp_path / "short.tar", replace=True)
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
        backup.restore(other, tmp_path / "b.tar")
    assert not list(tmp_path.rglob("outside"))
    assert not Path("/tmp/bayesdesk-outside").exists()


def test_that_a_newer_backup_is_refused(database: Database, tmp_path: Path) -> None:
    said = json.dumps({"format": 99, "schema": "0002"})
    (tmp_path / "backup.json").write_text(said)
    with tarfile.open(tmp_path / "b.tar", "w") as archive:
        archive.add(tmp_path / "backup.json", "backup.json")
    with pytest.raises(StoreError, match="newer"):
        backup.read_about(tmp_path / "b.tar")


# ---- damage


def test_that_a_whole_store_is_not_touched(database: Database) -> None:
    fill(database)
    database.close()
    before = database.folder.database.read_bytes()
    assert rescue.repair(database.folder).aside is None
    assert database.folder.database.read_bytes() == before


@pytest.mark.parametrize("seed", range(12))
def test_that_all_but_the_damaged_pages_is_rescued(database: Database, seed: int) -> None:
    job = fill(database)
    database.close()
    file = database.folder.database
    with sqlite3.connect(file) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = raw.execute("PRAGMA page_size").fetchone()[0]
        count = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.close()
    rng = random.Random(seed)
    spoilt = bytearray(file.read_bytes())
    for number in rng.sample(range(count), 3):
        spoilt[number * page : (number + 1) * page] = rng.randbytes(page)
    file.write_bytes(spoilt)
    done = rescue.repair(database.folder)
    assert done.aside is not None
    assert (done.aside / "store.sqlite3").read_bytes() == spoilt
    assert rescue.is_whole(database.folder)
    ids, found_trials, found_points = content(database.folder)
    assert set(ids) <= {job}
    # three pages hold so many points at most, and as many may hang on a page above them
    assert done.rows["points"] >= TRIALS * POINTS * 0.5
    assert found_trials <= TRIALS
    assert found_points <= TRIALS * POINTS


def test_that_a_store_without_its_first_page_is_rescued_whole(database: Database) -> None:
    job = fill(database)
    database.close()
    file = database.folder.database
    with sqlite3.connect(file) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    file.write_bytes(bytes(4096) + file.read_bytes()[4096:])
    rescue.repair(database.folder)
    assert content(database.folder) == ([job], TRIALS, TRIALS * POINTS)


def test_that_a_store_cut_short_gives_what_is_left(database: Database) -> None:
    job = fill(database)
    database.close()
    file = database.folder.database
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])
    rescue.repair(database.folder)
    assert content(database.folder)[0] == [job]


def test_that_nothing_to_rescue_is_told_and_kept(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.database.write_bytes(b"noise" * 10_000)
    with pytest.raises(StoreError, match="can be read"):
        rescue.repair(folder)
    assert folder.database.read_bytes() == b"noise" * 10_000
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith((".rescue", "damaged"))] == []
