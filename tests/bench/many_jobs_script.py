"""Measures lists of 5,000 jobs; prints a line for each figure: what, how much."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import sqlalchemy as sa
from PySide6.QtWidgets import QApplication, QWidget

from bayescore.store import Database, DataFolder, JobState, TrialState, jobs, trials
from bayesdesk.app import make_application
from bayesdesk.jobs.job_actions import JobActions
from bayesdesk.models.job_list import Listing
from bayesdesk.models.job_table import COLUMNS, JobFilter
from bayesdesk.services.background import Background
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.services.snapshot_reader import SnapshotReader
from support.builders import a_submission

_JOBS, _TRIALS = 5000, 20


def say(name: str, value: float) -> None:
    print(f"{name}\t{value}", flush=True)


def timed(do: Callable[[], object], times: int = 5) -> float:
    """Milliseconds of this thread for a call and the painting that follows, the median of several."""
    taken = []
    for _ in range(times):
        began = time.thread_time()
        do()
        QApplication.processEvents()
        taken.append((time.thread_time() - began) * 1e3)
    return sorted(taken)[times // 2]


def fill(database: Database) -> str:
    """Ended jobs with trials, and a running one; its id."""
    with database.write() as connection:
        template = jobs.add(connection, a_submission())
        names = ", ".join(c.name for c in jobs.jobs.columns if c.name not in ("seq", "id", "name", "project"))
        connection.exec_driver_sql(
            "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            f" INSERT INTO jobs (id, name, project, {names})"
            f" SELECT printf('%08d', i), 'job ' || i, '/home/me/project ' || (i % 40), {names}"
            " FROM n, jobs WHERE jobs.id = ?",
            (_JOBS, template.id),
        )
        connection.exec_driver_sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO trials (job, number, attempt, state, origin, parameters, value, gpus, token, created_at)"
            " SELECT jobs.id, i, 1, 'succeeded', 'random', '{\"x\": 0.5}', (jobs.seq * 31 + i) % 1000, '[]', 't',"
            " jobs.created_at FROM n, jobs",
            (_TRIALS,),
        )
        connection.exec_driver_sql("UPDATE jobs SET state = 'succeeded', ended_at = created_at")
        running = jobs.add(connection, a_submission(name="running"))
        jobs.move(connection, running.id, JobState.RUNNING)
    return running.id


class Commits:
    """Ends a trial of the running job with each call."""

    def __init__(self, database: Database, job: str) -> None:
        self._database, self._job, self._number = database, job, 0

    def __call__(self) -> None:
        self._number += 1
        with self._database.write() as connection:
            trial = trials.add(connection, self._job, self._number, {"x": 0.5}, "random")
            trials.move(connection, trial, TrialState.SUCCEEDED, value=0.5)


def main(folder: Path) -> None:
    application = make_application(DataFolder(folder))
    database = Database(DataFolder(folder)).open()
    commit = Commits(Database(DataFolder(folder)).open(), fill(database))
    reader = SnapshotReader(database)
    began = time.process_time()
    reader.rows()
    say("first reading", time.process_time() - began)
    statements: list[str] = []
    sa.event.listen(
        database._reading, "before_cursor_execute", lambda _c, _k, sql, *_rest: statements.append(sql)
    )
    polls = []
    for _ in range(20):
        commit()
        began = time.process_time()
        rows = reader.rows()
        polls.append((time.process_time() - began) * 1e3)
    say("a poll after a commit of one job", sorted(polls)[10])
    say("  statements of the poll", len(statements) / 20)
    widgets(database, reader, commit, rows)
    del application


def widgets(database: Database, reader: SnapshotReader, commit: Commits, rows) -> None:  # type: ignore[no-untyped-def]
    from bayesdesk.job_table.page import JobTablePage
    from bayesdesk.jobs.sidebar import JobListModel, Sidebar

    background, model = Background(), JobListModel()
    window = QWidget()
    actions = JobActions(window, database, background, lambda: rows)
    sidebar = Sidebar(model, MachineWatch(database, background), actions)
    sidebar.resize(236, 900)
    sidebar.show()
    QApplication.processEvents()
    say("sidebar: all jobs", timed(lambda: (model.set_rows(()), model.set_rows(rows))))
    letters = iter("7" * 10)
    say("sidebar: one letter of a search", timed(lambda: model.set_listing(Listing(next(letters)))))
    model.set_listing(Listing())

    def progress(show: Callable[[object], object]) -> float:
        taken = []
        for _ in range(5):
            commit()
            new = reader.rows()
            taken.append(timed(lambda new=new: show(new), times=1))
        return sorted(taken)[2]

    say("sidebar: progress of a running job", progress(model.set_rows))
    page = JobTablePage(database, background, actions)
    page.resize(1200, 900)
    say("table: open", timed(lambda: (page.take_rows(rows), page.show()), times=1))
    page._sizes.stop()
    columns = iter([COLUMNS.index(name) for name in ("best", "name", "duration", "trials", "project")])
    say("table: sort by a column", timed(lambda: page.table._sort_by(next(columns))))
    expressions = iter([f"best > {n} and trials > 3 and project != 'x'" for n in range(5)])
    say("table: a condition", timed(lambda: page.model.set_filter(JobFilter("", next(expressions)))))
    page.model.set_filter(JobFilter())
    say("table: progress of a running job", progress(page.model.set_rows))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        main(Path(place))
