"""Counts the reads of a watched job of 100 trials × 10,000 points while four of its trials report."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import sqlalchemy as sa
from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

from bayescore.store import Database, DataFolder, JobState, NewPoints, TrialState, jobs, points, trials
from bayescore.store.points import PointWriter
from bayesdesk.services.store_watch import StoreWatch
from support.builders import a_submission

_TRIALS, _POINTS, _RUNNING = 100, 10_000, 4
_SECONDS = 10.0
_COMMIT_MS = 50  # between two commits, each with one point of every running trial
_STEP = 1000  # virtual machine instructions between two calls of the progress handler


class Count:
    """What connections with :class:`_Connection` have read."""

    statements = rows = steps = 0


class _Cursor(sqlite3.Cursor):
    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        Count.statements += not str(arguments[0]).startswith(("BEGIN", "PRAGMA"))
        return super().execute(*arguments)

    def fetchone(self) -> Any:
        found = super().fetchone()
        Count.rows += found is not None
        return found

    def fetchmany(self, *arguments: Any) -> Any:
        found = super().fetchmany(*arguments)
        Count.rows += len(found)
        return found

    def fetchall(self) -> Any:
        found = super().fetchall()
        Count.rows += len(found)
        return found


class _Connection(sqlite3.Connection):
    def cursor(self, *_arguments: Any) -> _Cursor:
        return super().cursor(_Cursor)


def _progress() -> int:
    Count.steps += _STEP
    return 0


def _counted(database: Database) -> None:
    """Count what is read through the database's connections from now on."""
    engine = database._reading
    engine.dispose()

    @sa.event.listens_for(engine, "do_connect")
    def _with_factory(_dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
        parameters["factory"] = _Connection

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: Any) -> None:
        connection.set_progress_handler(_progress, _STEP)


def _filled(database: Database) -> tuple[str, int, list[int]]:
    """A running job most of whose trials have ended; its id, its number, its running trials."""
    with database.write() as connection:
        job = jobs.add(connection, a_submission())
        jobs.move(connection, job.id, JobState.RUNNING)
        running = []
        for number in range(1, _TRIALS + 1):
            trial = trials.add(connection, job.id, number, {"x": number / 1000}, "random")
            trial = trials.move(connection, trial, TrialState.STARTING)
            trial = trials.move(connection, trial, TrialState.RUNNING)
            running.append(trial)
        writer = PointWriter()
        for trial in running:
            values = tuple(("score", i / _POINTS) for i in range(_POINTS))
            writer.append(connection, [NewPoints(job.seq, trial.id, 1, values)])
        for trial in running[:-_RUNNING]:
            trials.move(connection, trial, TrialState.SUCCEEDED, value=0.5)
    return job.id, job.seq, [t.id for t in running[-_RUNNING:]]


def _turn(milliseconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(milliseconds), loop.quit)
    loop.exec()


def main(folder: Path) -> None:
    """Print a line for each figure: what, how much, unit."""
    application = QCoreApplication(sys.argv)
    writing, reading = Database(DataFolder(folder)).open(), Database(DataFolder(folder)).open()
    job, seq, running = _filled(writing)
    _counted(reading)
    watch, views = StoreWatch(reading), []
    watch.view_changed.connect(lambda view: views.append(view.is_whole))
    watch.watch(job)
    watch.start()
    while not views or not views[-1]:
        _turn(50)
    _turn(500)
    before = (Count.statements, Count.rows, Count.steps)
    shown, writer, commits = len(views), PointWriter(), 0
    began, processor = time.monotonic(), time.process_time()
    while time.monotonic() - began < _SECONDS:
        with writing.write() as connection:
            writer.append(connection, [NewPoints(seq, trial, 1, (("score", 0.5),)) for trial in running])
        commits += 1
        _turn(_COMMIT_MS)
    seconds = time.monotonic() - began
    after = (Count.statements, Count.rows, Count.steps)
    used = time.process_time() - processor
    watch.end()
    with writing.read() as connection:
        assert points.count(connection, seq) == _TRIALS * _POINTS + commits * _RUNNING
    figures = [
        ("statements", (after[0] - before[0]) / seconds, "/s"),
        ("rows", (after[1] - before[1]) / seconds, "/s"),
        ("instructions of SQLite", (after[2] - before[2]) / seconds, "/s"),
        ("snapshots", (len(views) - shown) / seconds, "/s"),
        ("processor, writing included", used / seconds * 100, "%"),
    ]
    for name, value, unit in figures:
        print(f"window on a running job of 1,000,000 points: {name}\t{value}\t{unit}")
    del application


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        main(Path(place))
