"""Extreme loads: many jobs, points and clients.

``BAYESDESK_LOAD`` scales it: at 1, the default, 100 jobs of 100 trials and a store of 100,000,000
points are made, which takes half an hour and 12 GB of disk.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bayescore.app import engine_control
from bayescore.store import Database, DataFolder, NewPoints, jobs, points, trials
from bayescore.store.points import PointWriter
from bayesdesk.services.snapshot_reader import SnapshotReader
from bench import listening
from bench.dispatch import COMMAND
from bench.figure import Figure
from support.builders import a_submission
from support.workspace import Workspace, wait_until

LOAD = float(os.environ.get("BAYESDESK_LOAD", "1"))
_JOBS = max(2, round(100 * LOAD))
_TRIALS = 100
_STORED_POINTS = round(100_000_000 * LOAD)
_STORED_JOBS = max(5, round(500 * LOAD))
_BURST = 1_000_000
_CLIENTS = 64
_WAIT = "sleep 100000; true"  # the parameters are appended


@contextmanager
def _workspace() -> Iterator[Workspace]:
    with tempfile.TemporaryDirectory() as folder:
        made = Workspace(Path(folder))
        try:
            yield made
        finally:
            made.close()


def many_jobs() -> Iterator[Figure]:
    """Trials of trivial commands in successive jobs: the overhead of the engine must not grow."""
    with _workspace() as workspace:
        workspace.write(max_job_count=_TRIALS, parallel_count=4, root={"command": COMMAND})
        costs, memory = [], []
        for _ in range(_JOBS):
            began = time.monotonic()
            job = workspace.begin()
            wait_until(lambda job=job: workspace.job(job).state.ended, "the job does not end", 600)
            costs.append((time.monotonic() - began) / _TRIALS)
            memory.append(_used(workspace))
            assert workspace.job(job).state == "succeeded"
    part = max(1, _JOBS // 10)
    first, last = sum(costs[:part]) / part, sum(costs[-part:]) / part
    known = [m for m in memory if m is not None]
    yield Figure(f"{_JOBS} jobs × {_TRIALS} trials: first tenth", first * 1e3, "ms a trial")
    yield Figure("  last tenth ÷ first tenth", last / first, "", at_most=1.5)
    if known:
        yield Figure(
            "  engine's memory, last ÷ second job", known[-1] / known[min(1, len(known) - 1)], "", at_most=1.2
        )
        yield Figure("  engine's memory at the end", known[-1] / 2**20, "MiB")


def _used(workspace: Workspace) -> int | None:
    """Memory of the engine's process in bytes."""
    pid = engine_control.status(workspace.data).pid
    return psutil.Process(pid).memory_info().rss if pid is not None else None


def many_points() -> Iterator[Figure]:
    """A million points of one trial, then 64 trials that report concurrently at full speed."""
    with _workspace() as workspace:
        workspace.write(max_job_count=_CLIENTS, parallel_count=_CLIENTS, root={"command": _WAIT})
        job = workspace.begin()
        running = workspace.wait_running(job, _CLIENTS, 120)
        seq, port = workspace.job(job).seq, listening.port_of(workspace)
        empty = _used(workspace) or 0
        began = time.monotonic()
        logged = listening.log_with_client(workspace, running[0], port, _BURST)

        def stored() -> int:
            with workspace.reading() as connection:
                return points.count(connection, seq)

        most = empty
        while stored() < _BURST:
            most = max(most, _used(workspace) or 0)
            time.sleep(0.5)
            assert time.monotonic() - began < 600, stored()
        took = time.monotonic() - began
        assert stored() == _BURST
        latencies = sorted(listening.load(port, running))
        most = max(most, _used(workspace) or 0)
        assert stored() == _BURST + len(latencies)
    yield Figure("one trial logs 1,000,000 points: its own time", logged, "s")
    yield Figure("  until all are stored", took, "s")
    yield Figure("64 trials at once, each as fast as it can", len(latencies) / listening.SECONDS, "points/s")
    yield Figure("  99th percentile", latencies[int(0.99 * len(latencies))] * 1e3, "ms", at_most=100)
    yield Figure("  engine's memory, most", most / 2**20, "MiB", at_most=300)


def large_store() -> Iterator[Figure]:
    """The window's reads and the listener's writes in a store of that size."""
    place = Path(tempfile.mkdtemp(dir="/var/tmp"))
    try:
        folder = DataFolder(place / "large")
        identifier = _generate(folder)
        database = Database(folder).open()
        began = time.monotonic()
        rows = SnapshotReader(database).rows()
        listed = time.monotonic() - began
        assert len(rows) == _STORED_JOBS
        reader, began = SnapshotReader(database), time.monotonic()
        while not (view := reader.view(identifier)).is_whole:
            pass
        shown = time.monotonic() - began
        per_job = sum(len(v) for by_name in view.series.values() for v in by_name.values())
        large = _append(database)
        database.close()
        small = Database(DataFolder(place / "small")).open()
        new = _append(small)
        small.close()
        size = folder.database.stat().st_size
    finally:
        shutil.rmtree(place)
    yield Figure(
        f"store of {_STORED_POINTS:,} points, {_STORED_JOBS * _TRIALS:,} trials", size / 2**30, "GiB"
    )
    yield Figure("  job list", listed, "s", at_most=0.3)
    yield Figure(f"  a job's page, {per_job:,} points", shown, "s", at_most=1)
    yield Figure("  appending, large ÷ empty", large / new, "", at_most=1.5)


def _generate(folder: DataFolder) -> str:
    """Fill a store by SQL: the same rows, a thousand times faster."""
    database = Database(folder).open()
    with database.write() as connection:
        made = [jobs.add(connection, a_submission(name=f"job {n}")) for n in range(_STORED_JOBS)]
        for job in made:
            for number in range(1, _TRIALS + 1):
                trials.add(connection, job.id, number, {"x": number / 1000}, "search")
        connection.exec_driver_sql(
            "UPDATE trials SET state = 'succeeded', value = (id * 7919) % 1000 / 1000.0"
        )
        connection.exec_driver_sql("UPDATE jobs SET state = 'succeeded', ended_at = created_at")
        connection.exec_driver_sql("INSERT INTO metrics (id, name) VALUES (1, 'score'), (2, 'loss')")
    database.close()
    with sqlite3.connect(folder.database, isolation_level=None) as raw:
        raw.execute("PRAGMA synchronous=OFF")
        raw.execute("PRAGMA cache_size=-1000000")
        indexes = [
            r[0]
            for r in raw.execute(
                "SELECT sql FROM sqlite_schema WHERE tbl_name='points' AND sql LIKE 'CREATE INDEX%'"
            )
        ]
        for name in ("points_job", "points_trial"):
            raw.execute(f"DROP INDEX {name}")
        a_trial = max(1, _STORED_POINTS // (_STORED_JOBS * _TRIALS))
        raw.execute("BEGIN")
        raw.execute(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO points (job, trial, attempt, metric, value, at)"
            " SELECT 1 + t / ?, 1 + t, 1, 1 + i % 2, i * 0.5, 1.7e9 FROM"
            " (SELECT i, i / ? AS t FROM n)",
            (_STORED_POINTS - 1, _TRIALS, a_trial),
        )
        raw.execute("COMMIT")
        for sql in indexes:
            raw.execute(sql)
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    os.sync()  # else five gigabytes of pending writes would be measured, too
    return made[_STORED_JOBS // 2].id


def _append(database: Database) -> float:
    """Seconds for 20,000 points in batches of a hundred, each committed."""
    writer, began = PointWriter(), time.monotonic()
    for start in range(200):
        batch = [NewPoints(1, 1, 1, tuple(("score", float(i)) for i in range(100)))]
        with database.write() as connection:
            writer.append(connection, batch)
        del start
    return time.monotonic() - began
