"""The store: concurrent access, durability, and messages for errors."""

from __future__ import annotations

import math
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bayescore.errors import StoreError
from bayescore.i18n import text
from bayescore.store import (
    ChangeWatch,
    Database,
    DataFolder,
    IllegalMoveError,
    JobState,
    NewPoints,
    TrialState,
    data_folder,
    events,
    jobs,
    points,
    trials,
)
from bayescore.store.data_folder import file_system
from support.builders import FILE, a_submission

WRITES_AND_DIES = """
import os, signal, sys
from pathlib import Path
from bayescore.store import Database, DataFolder, NewPoints
from bayescore.store.points import PointWriter
database = Database(DataFolder(Path(sys.argv[1]))).open()
writer = PointWriter()
for i in range(1000):
    with database.write() as connection:
        writer.append(connection, [NewPoints(1, 1, 1, (("score", float(i)),))])
    os.write(1, f"{i}\\n".encode())
    if i == 500:
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(DataFolder(tmp_path / "home")).open()


def append(database: Database, *batch: NewPoints) -> None:
    with database.write() as connection:
        points.PointWriter().append(connection, batch)


def test_that_a_job_is_read_as_it_was_submitted(database: Database) -> None:
    submission = a_submission("\ufeff" + FILE.replace("\n", "\r\n"), message="第一次", history=("abc",))
    with database.write() as connection:
        job = jobs.add(connection, submission)
    with database.read() as connection:
        again = jobs.get(connection, job.id)
    assert again.submission == submission
    assert again.submission.file_text == submission.file_text
    assert (again.state, again.max_trials, again.ended_at) == (JobState.QUEUED, 10, None)


def test_that_parameters_keep_their_types_and_full_precision(database: Database) -> None:
    parameters = {"a": 0.1 + 0.2, "b": 29, "c": "1e-5", "d": 5e-324, "e": "学习\n率", "f": 2**60}
    with database.write() as connection:
        job = jobs.add(connection, a_submission())
        trials.add(connection, job.id, 1, parameters, "random")
    with database.read() as connection:
        (trial,) = trials.of_job(connection, job.id)
    assert trial.parameters == parameters
    assert [type(v) for v in trial.parameters.values()] == [type(v) for v in parameters.values()]


def test_that_an_illegal_move_is_refused_and_changes_nothing(database: Database) -> None:
    with database.write() as connection:
        job = jobs.add(connection, a_submission())
        trial = trials.add(connection, job.id, 1, {}, "random")
    for move in (
        lambda c: jobs.move(c, job.id, JobState.SUCCEEDED),
        lambda c: trials.move(c, trial, TrialState.RUNNING),
    ):
        with pytest.raises(IllegalMoveError), database.write() as connection:
            move(connection)
    with database.read() as connection:
        assert jobs.get(connection, job.id).state is JobState.QUEUED
        assert trials.get(connection, trial.id).state is TrialState.PENDING


def test_that_points_after_a_cursor_are_read_in_order_of_arrival(database: Database) -> None:
    append(database, *(NewPoints(1, 1, 1, (("a", float(i)), ("b", -float(i)))) for i in range(5)))
    with database.read() as connection:
        first = points.since(connection, 1, limit=4)
        rest = points.since(connection, 1, first[-1].seq)
    assert [(p.metric, p.value) for p in first + rest] == [
        pair for i in range(5) for pair in (("a", float(i)), ("b", -float(i)))
    ]
    assert [p.seq for p in first + rest] == sorted({p.seq for p in first + rest})


def test_that_clearing_a_metric_deletes_only_its_points_and_does_not_reuse_cursors(
    database: Database,
) -> None:
    with database.write() as connection:
        job = jobs.add(connection, a_submission())
        trial = trials.add(connection, job.id, 1, {}, "random")
    append(database, NewPoints(job.seq, trial.id, 1, (("a", 1.0), ("b", 2.0))))
    with database.read() as connection:
        cursor = points.since(connection, job.seq)[-1].seq
    append(database, NewPoints(job.seq, trial.id, 1, clear="b"))
    append(database, NewPoints(job.seq, trial.id, 1, (("a", 3.0),)))
    with database.read() as connection:
        assert points.of_trial(connection, trial) == {"a": [1.0, 3.0]}
        assert [p.value for p in points.since(connection, job.seq, cursor)] == [3.0]


def test_that_non_finite_values_are_preserved(database: Database) -> None:
    append(database, NewPoints(1, 1, 1, (("a", math.nan), ("a", math.inf), ("a", -math.inf))))
    with database.read() as connection:
        values = [p.value for p in points.since(connection, 1)]
    assert math.isnan(values[0])
    assert values[1:] == [math.inf, -math.inf]


def test_that_every_committed_point_survives_a_kill(database: Database) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WRITES_AND_DIES, str(database.folder.root)], capture_output=True, timeout=60
    )
    assert done.returncode == -signal.SIGKILL
    reported = [float(line) for line in done.stdout.split()]
    with database.read() as connection:
        assert [p.value for p in points.since(connection, 1)] == reported
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_that_concurrent_writers_lose_no_points(database: Database) -> None:
    databases = [Database(database.folder).open() for _ in range(4)]

    def write(n: int) -> None:
        for i in range(25):
            append(databases[n], NewPoints(1, n, 1, (("a", float(i)),)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with database.read() as connection:
        found = points.since(connection, 1)
    for n in range(4):
        assert [p.value for p in found if p.trial == n] == [float(i) for i in range(25)]


def test_that_a_commit_of_another_connection_is_detected(database: Database) -> None:
    watch = ChangeWatch(database.folder)
    assert not watch.changed()
    append(database, NewPoints(1, 1, 1, (("a", 1.0),)))
    assert watch.changed()
    assert not watch.changed()
    watch.close()


def test_that_events_are_rendered_in_the_language_of_the_reader(database: Database) -> None:
    with database.write() as connection:
        job = jobs.add(connection, a_submission())
        events.add(connection, job.id, "running", text("The job has started."))
    with database.read() as connection:
        (event,) = events.of_job(connection, job.id)
    assert event.text.render("en") == "The job has started."
    assert event.text.render("zh") != event.text.render("en")


# ---- errors


def test_that_other_accounts_cannot_read_the_data_folder(tmp_path: Path) -> None:
    database = Database(DataFolder(tmp_path / "home")).open()
    append(database, NewPoints(1, 1, 1, (("a", 1.0),)))
    assert (tmp_path / "home").stat().st_mode & 0o077 == 0
    existing = tmp_path / "existing"  # created by the user, open to others
    existing.mkdir(mode=0o755)
    database = Database(DataFolder(existing)).open()
    append(database, NewPoints(1, 1, 1, (("a", 1.0),)))
    modes = {path.name: path.stat().st_mode & 0o077 for path in existing.iterdir()}
    assert [name for name, mode in modes.items() if mode] == []
    assert {"jobs", "store.sqlite3", "store.sqlite3-wal", "store.sqlite3-shm"} <= set(modes)


def test_that_a_damaged_file_is_reported_and_not_changed(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.database.write_bytes(b"this is not a database, but a file of the user" * 100)
    before = folder.database.read_bytes()
    with pytest.raises(StoreError, match="damaged"):
        Database(folder).open()
    assert folder.database.read_bytes() == before


def test_that_a_file_in_place_of_the_data_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    with pytest.raises(StoreError, match="home"):
        Database(DataFolder(tmp_path / "home")).open()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_that_a_full_disk_is_reported_and_writing_continues_once_there_is_space(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", str(small)], check=True)
    try:
        database = Database(DataFolder(small)).open()
        append(database, NewPoints(1, 1, 1, (("a", 1.0),)))
        filler = small / "filler"
        filler.write_bytes(b"x" * max(0, shutil.disk_usage(small).free - 4096))
        with pytest.raises(StoreError, match="full"):
            append(database, *(NewPoints(1, 1, 1, (("a", float(i)),)) for i in range(50_000)))
        filler.unlink()
        append(database, NewPoints(1, 1, 1, (("a", 2.0),)))
        with database.read() as connection:
            assert [p.value for p in points.since(connection, 1)] == [1.0, 2.0]
        database.close()
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_that_a_read_only_folder_is_reported(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", str(home)], check=True)
    try:
        Database(DataFolder(home)).open().close()
        subprocess.run(["mount", "-o", "remount,ro", str(home)], check=True)
        with pytest.raises(StoreError, match="written"):
            Database(DataFolder(home)).open()
    finally:
        subprocess.run(["umount", "-l", str(home)], check=True)


def test_that_a_read_only_connection_is_replaced(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")  # as SQLite opens a file on a read-only volume
    with pytest.raises(StoreError, match="cannot be written"), database.write() as connection:
        jobs.add(connection, a_submission())
    with database.write() as connection:
        jobs.add(connection, a_submission())
    with database.read() as connection:
        assert len(jobs.every(connection)) == 1


def test_that_the_file_system_of_a_path_is_that_of_its_innermost_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/sda1 / ext4 rw 0 0\nserver:/home /srv/lab\\040data nfs4 rw 0 0\n/dev/sdb /srv/lab\\040data/fast xfs rw 0 0\n"
    )
    assert file_system(Path("/srv/lab data/me"), mounts) == "nfs4"
    assert file_system(Path("/srv/lab data/fast/me"), mounts) == "xfs"
    assert file_system(Path("/srv/lab"), mounts) == "ext4"
    assert file_system(Path("/srv/lab database"), mounts) == "ext4"
    assert file_system(Path("/x"), tmp_path / "nothing") == ""


def test_that_a_network_file_system_is_refused_with_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(data_folder, "file_system", lambda path: "nfs4")
    with pytest.raises(StoreError, match="BAYESDESK_HOME"):
        Database(DataFolder(tmp_path / "home")).open()


def test_that_the_data_folder_is_taken_from_the_variable_or_the_platform(tmp_path: Path) -> None:
    assert DataFolder.default({"BAYESDESK_HOME": str(tmp_path)}).root == tmp_path
    assert DataFolder.default({}).root.name == "bayesdesk"


def test_that_the_begin_and_end_of_an_attempt_become_events_when_another_one_is_queued(
    database: Database,
) -> None:
    with database.write() as connection:
        job = jobs.add(connection, a_submission()).id
        trial = trials.add(connection, job, 1, {"x": 0.5}, "random")
        for attempt in (1, 2):
            trial = trials.move(connection, trial, TrialState.STARTING)
            trial = trials.move(
                connection, trial, TrialState.RUNNING, started_at=f"2026-01-01T0{attempt}:00:00+00:00"
            )
            trial = trials.move(
                connection, trial, TrialState.LOST, ended_at=f"2026-01-01T0{attempt}:30:00+00:00"
            )
            trial = trials.retry(connection, trial)
        kept = [(e.kind, e.at[11:16], str(e.text)) for e in events.of_job(connection, job)]
    assert kept == [
        ("attempt_started", "01:00", "The trial has started."),
        ("attempt_ended", "01:30", "Attempt 1 of the trial has ended."),
        ("attempt_started", "02:00", "The trial has started, attempt 2."),
        ("attempt_ended", "02:30", "Attempt 2 of the trial has ended."),
    ]
