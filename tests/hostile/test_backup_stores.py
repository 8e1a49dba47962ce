"""Backups with a forged store: views, triggers, malformed rows, addresses of others."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bayescore.app.job_requests import check_can_run
from bayescore.errors import ConfigError, StoreError
from bayescore.files import remove_tree
from bayescore.i18n import Text
from bayescore.store import Database, DataFolder, JobState, TrialState, jobs, requests, trials
from bayescore.store.restore import restore
from hostile.forging import forge_backup


@pytest.mark.parametrize(
    "statements",
    [
        ("DROP TABLE events", "CREATE VIEW events AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT x FROM c"),
        ("ALTER TABLE events ADD COLUMN slow TEXT AS (hex(zeroblob(1000))) VIRTUAL",),
        ("DROP TABLE events",),
    ],
)  # fmt: skip
def test_that_a_store_with_views_computed_columns_or_missing_tables_is_refused(
    source: DataFolder, tmp_path: Path, statements: tuple[str, ...]
) -> None:
    file = forge_backup(source, tmp_path / "b.tar", *statements)
    with pytest.raises(StoreError, match="unexpected structure"):
        restore(DataFolder(tmp_path / "home"), file)


def test_that_triggers_are_not_restored(source: DataFolder, tmp_path: Path) -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM jobs; END"
    home = DataFolder(tmp_path / "home")
    restore(home, forge_backup(source, tmp_path / "b.tar", trigger))
    with closing(sqlite3.connect(home.database)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'").fetchone() == (
            0,
        )


def test_that_malformed_rows_are_not_restored(source: DataFolder, tmp_path: Path) -> None:
    file = forge_backup(
        source,
        tmp_path / "b.tar",
        "INSERT INTO metrics (name) VALUES ('score')",
        "INSERT INTO points (job, trial, attempt, metric, value, at) VALUES (1, 1, 1, 1, 'text', 0)",
        "INSERT INTO points (job, trial, attempt, metric, value, at) VALUES (1, 1, 1, 1, 0.5, 0)",
        "UPDATE trials SET parameters = '" + "[" * 100_000 + "'",
    )
    home = DataFolder(tmp_path / "home")
    restore(home, file)
    with closing(sqlite3.connect(home.database)) as connection:
        assert connection.execute("SELECT value FROM points").fetchall() == [(0.5,)]
        assert connection.execute("SELECT count(*) FROM trials").fetchone() == (0,)


def test_that_a_job_whose_summary_cannot_be_read_is_not_restored(source: DataFolder, tmp_path: Path) -> None:
    # the model reads the last of two values with one name, SQLite the first
    twice = """UPDATE jobs SET config = replace(config, '"goal":', '"goal":"both","goal":')"""
    home = DataFolder(tmp_path / "home")
    restore(home, forge_backup(source, tmp_path / "b.tar", twice))
    with Database(home).open().read() as connection:
        assert jobs.summaries(connection)[0] == []


def test_that_restored_jobs_have_ended_and_do_not_keep_the_endpoint_of_the_backup(
    source: DataFolder, tmp_path: Path
) -> None:
    home = DataFolder(tmp_path / "home")
    restored = restore(home, forge_backup(source, tmp_path / "b.tar"), docker="unix:///run/mine.sock")
    assert restored.stopped == 1
    with Database(home).open().read() as connection:
        (job,) = jobs.every(connection)
        (trial,) = trials.of_job(connection, job.id)
        assert (job.state, trial.state) == (JobState.CANCELLED, TrialState.CANCELLED)
        assert jobs.endpoints(connection) == ["unix:///run/mine.sock"]
        assert requests.unfinished(connection) == []


def test_that_a_restored_cluster_job_does_not_keep_the_address_of_the_backup(
    source: DataFolder, tmp_path: Path
) -> None:
    home = DataFolder(tmp_path / "home")
    restore(
        home, forge_backup(source, tmp_path / "b.tar", "UPDATE jobs SET runner = 'ray'"), docker="unix:///x"
    )
    with Database(home).open().read() as connection:
        (job,) = jobs.every(connection)
    assert job.submission.endpoint is None
    with pytest.raises(ConfigError, match="where it can run"):
        check_can_run(job)


def test_that_a_job_without_a_snapshot_in_the_backup_cannot_be_continued(
    source: DataFolder, tmp_path: Path
) -> None:
    remove_tree(source.root / "jobs")
    (source.root / "jobs").mkdir()
    home = DataFolder(tmp_path / "home")
    restore(home, forge_backup(source, tmp_path / "b.tar", "UPDATE jobs SET project = '/root'"))
    with Database(home).open().read() as connection:
        assert [job.submission.is_imported for job in jobs.every(connection)] == [True]


BOMBS = [
    '{"text": "{a:>9999999999}", "arguments": {"a": "x"}}',
    '{"text": "{a.__class__.__mro__}", "arguments": {"a": "x"}}',
    '{"text": "{a[0]}", "arguments": {"a": "x"}}',
    '{"text": "{a!r:>99}", "arguments": {"a": "x"}}',
    '{"text": "{missing}", "arguments": {}}',
    '{"text": "{", "arguments": {}}',
    '{"text": "{a:d}", "arguments": {"a": "x"}}',
    '{"text": "{0}", "arguments": {}}',
]


@pytest.mark.parametrize("stored", BOMBS)
def test_that_a_malformed_message_is_shown_literally(stored: str) -> None:
    assert str(Text.from_json(stored)).startswith("{")


@pytest.mark.parametrize(
    "stored", ["[]", "{}", "1", '{"text": "x"}', '{"text": 1, "arguments": []}', "[" * 100_000]
)
def test_that_stored_text_that_is_not_a_message_is_refused(stored: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Text.from_json(stored)
