"""Migrations: stores of earlier versions are opened without loss."""

from __future__ import annotations

import math
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa

from bayescore.errors import StoreError
from bayescore.store import (
    Database,
    DataFolder,
    Forecast,
    JobState,
    TrialState,
    events,
    jobs,
    points,
    requests,
    settings,
    trials,
)
from bayescore.store.migrations import NEWEST, VERSIONS, migrate
from bayescore.store.tables import metadata
from support.builders import FILE, a_submission

STORE_0002 = Path(__file__).with_name("store_0002.sql")


@pytest.fixture
def store_0002(tmp_path: Path) -> DataFolder:
    """A data folder with a store of the first release."""
    folder = DataFolder(tmp_path)
    with closing(sqlite3.connect(folder.database)) as connection:
        connection.executescript(STORE_0002.read_text(encoding="utf-8"))
    return folder


def layout(file: Path) -> list[tuple[str, str, int]]:
    """Type, name and root page of each table and index."""
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT type, name, rootpage FROM sqlite_schema").fetchall()


def test_that_a_store_of_the_first_release_is_read_completely(store_0002: DataFolder) -> None:
    before = dump(store_0002.database)
    database = Database(store_0002).open()
    with database.read() as connection:
        (job,) = jobs.every(connection)
        assert (job.id, job.state, job.submission.file_text) == ("bp229mmu", JobState.RUNNING, FILE)
        first, second = trials.of_job(connection, job.id)
        assert (first.state, first.value, first.starred, first.note) == (
            TrialState.SUCCEEDED,
            0.25,
            True,
            "a note",
        )
        assert first.forecast == Forecast(0.2, 0.1, "exploring", 0.05, 0.0, 0.1, 5)
        assert (second.state, second.parameters) == (TrialState.PENDING, {"x": 0.75})
        values = points.of_trial(connection, first)
        assert values["score"] == [0.25]
        assert math.isnan(values["loss"][0])
        assert points.parameters_of(connection, first) == {"lr": 0.1}
        assert [event.kind for event in events.of_job(connection, job.id)] == ["running"]
        assert [request.kind for request in requests.unfinished(connection)] == [requests.CANCEL]
        assert settings.get(connection, "gpus") == "all"
        assert (job.note, job.tags, job.archived, job.baseline) == ("", (), False, None)
    database.close()
    assert dump(store_0002.root / "store.0002.sqlite3") == before


def dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def test_that_jobs_can_be_added_to_a_store_of_the_first_release(store_0002: DataFolder) -> None:
    database = Database(store_0002).open()
    with database.write() as connection:
        jobs.add(connection, a_submission(name="new"))
    with database.read() as connection:
        assert [job.submission.name for job in jobs.every(connection)] == ["new", "old"]


def test_that_a_new_store_has_the_tables_of_the_first_release_on_the_same_pages(tmp_path: Path) -> None:
    # made with the release's own code; a lost first page is replaced with that of a new store
    names = [
        ("alembic_version", 2), ("jobs", 4), ("trials", 7), ("metrics", 11), ("points", 13),
        ("logged_parameters", 16), ("spooled", 18), ("events", 20), ("wants", 22), ("leases", 24), ("settings", 26),
    ]  # fmt: skip
    folder = DataFolder(tmp_path)
    Database(folder).open().close()
    tables = [(name, page) for kind, name, page in layout(folder.database) if kind == "table"]
    assert [table for table in tables if table[0] != "sqlite_sequence"] == names


@pytest.mark.parametrize("version", VERSIONS[:-1])
def test_that_an_earlier_store_is_migrated_after_it_was_copied(tmp_path: Path, version: str) -> None:
    folder = DataFolder(tmp_path)
    engine = sa.create_engine(f"sqlite:///{folder.database}")
    submission = a_submission()
    columns = {
        "id": "abc", "name": "old", "message": "", "state": "succeeded", "project": "/p",
        "file_text": FILE, "config": submission.config.model_dump_json(), "local": submission.local.model_dump_json(),
        "runner": "process", "inputs": "[]", "seed": 1, "max_trials": 1, "history": "[]", "midpoint": 0,
        "run_since": "2026-01-01T00:00:00+00:00", "created_at": "2026-01-01T00:00:00+00:00",
    }  # fmt: skip
    trial = {
        "job": "abc", "number": 1, "attempt": 1, "state": "succeeded", "origin": "search",
        "parameters": '{"x": 0.5}', "value": 0.25, "gpus": "[]", "token": "t", "created_at": "2026-01-01",
    }  # fmt: skip
    with engine.begin() as connection:
        migrate(connection, version)
        for table, row in (("jobs", columns), ("trials", trial)):
            names = ", ".join(row)
            values = ", ".join(f":{name}" for name in row)
            connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)
        connection.exec_driver_sql("INSERT INTO metrics VALUES (1, 'score')")
        connection.exec_driver_sql("INSERT INTO points VALUES (7, 1, 1, 1, 1, 0.25, 0)")
    engine.dispose()
    with Database(folder).open().read() as connection:
        assert jobs.get(connection, "abc").submission.name == "old"
        (found,) = trials.of_job(connection, "abc")
        assert (found.parameters, found.value) == ({"x": 0.5}, 0.25)
        assert points.of_trial(connection, found) == {"score": [0.25]}
    with sqlite3.connect(folder.root / f"store.{version}.sqlite3") as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == (version,)
        assert copy.execute("SELECT count(*) FROM points").fetchone() == (1,)


def test_that_a_store_of_a_newer_version_is_not_changed(tmp_path: Path) -> None:
    database = Database(DataFolder(tmp_path / "home")).open()
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(StoreError, match="newer"):
        Database(database.folder).open()
    with sqlite3.connect(database.folder.database) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_that_the_tables_are_those_of_the_newest_migration(tmp_path: Path) -> None:
    with Database(DataFolder(tmp_path)).open().read() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == NEWEST
        inspector = sa.inspect(connection)
        for table in metadata.sorted_tables:
            columns = {c["name"] for c in inspector.get_columns(table.name)}
            assert columns == {c.name for c in table.columns}, table.name


def test_that_several_programs_can_create_one_store_at_once(tmp_path: Path) -> None:
    programs = 4
    for number in range(40):
        folder = DataFolder(tmp_path / str(number))
        folder.prepare()
        together = Barrier(programs)

        def create(folder: DataFolder = folder, together: Barrier = together) -> None:
            together.wait()
            Database(folder).open().close()

        with ThreadPoolExecutor(programs) as pool:
            for created in [pool.submit(create) for _ in range(programs)]:
                created.result()
        with closing(sqlite3.connect(folder.database)) as store:
            assert store.execute("PRAGMA journal_mode").fetchone() == ("wal",)
