"""Recovering a damaged store."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from bayescore.errors import StoreError
from bayescore.store import Database, DataFolder, recovery
from support.filled_store import POINTS, TRIALS, content, fill


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(DataFolder(tmp_path / "home")).open()


def test_that_an_intact_store_is_not_changed(database: Database) -> None:
    fill(database)
    database.close()
    before = database.folder.database.read_bytes()
    assert recovery.repair(database.folder).aside is None
    assert database.folder.database.read_bytes() == before


@pytest.mark.parametrize("seed", range(12))
def test_that_everything_outside_the_damaged_pages_is_recovered(database: Database, seed: int) -> None:
    job = fill(database)
    database.close()
    file = database.folder.database
    with sqlite3.connect(file) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = raw.execute("PRAGMA page_size").fetchone()[0]
        count = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.close()
    rng = random.Random(seed)
    damaged = bytearray(file.read_bytes())
    for number in rng.sample(range(count), 3):
        damaged[number * page : (number + 1) * page] = rng.randbytes(page)
    file.write_bytes(damaged)
    done = recovery.repair(database.folder)
    assert done.aside is not None
    assert (done.aside / "store.sqlite3").read_bytes() == damaged
    assert recovery.is_intact(database.folder)
    ids, found_trials, found_points = content(database.folder)
    assert set(ids) <= {job}
    # a damaged interior page makes the pages below it unreadable
    assert done.rows["points"] >= TRIALS * POINTS * 0.5
    assert found_trials <= TRIALS
    assert found_points <= TRIALS * POINTS


def test_that_a_store_without_its_first_page_is_recovered_completely(database: Database) -> None:
    job = fill(database)
    database.close()
    file = database.folder.database
    with sqlite3.connect(file) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    file.write_bytes(bytes(4096) + file.read_bytes()[4096:])
    recovery.repair(database.folder)
    assert content(database.folder) == ([job], TRIALS, TRIALS * POINTS)


def test_that_a_truncated_store_is_recovered_in_part(database: Database) -> None:
    job = fill(database)
    database.close()
    file = database.folder.database
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])
    recovery.repair(database.folder)
    assert content(database.folder)[0] == [job]


def test_that_an_unreadable_store_is_reported_and_kept(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.database.write_bytes(b"noise" * 10_000)
    with pytest.raises(StoreError, match="can be read"):
        recovery.repair(folder)
    assert folder.database.read_bytes() == b"noise" * 10_000
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith((".recovery", "damaged"))] == []
