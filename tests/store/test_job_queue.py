"""The order of the jobs in the store: one setting, which older stores do not have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bayescore.queue.places import places_of, set_places
from bayescore.store import Database, DataFolder, JobState, jobs, queue, settings
from support.builders import a_submission


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(DataFolder(tmp_path)).open()
    yield made
    made.close()


@pytest.fixture
def ids(database: Database) -> list[str]:
    with database.write() as connection:
        return [jobs.add(connection, a_submission()).id for _ in range(4)]


def order(database: Database) -> tuple[str, ...]:
    with database.read() as connection:
        return queue.read(connection).order


def test_that_jobs_are_moved_and_new_ones_come_last(database: Database, ids: list[str]) -> None:
    a, b, c, d = ids
    assert order(database) == (a, b, c, d)
    for job, to, expected in (
        (c, queue.FIRST, (c, a, b, d)),
        (c, b, (a, b, c, d)),
        (a, queue.LAST, (b, c, d, a)),
        (d, b, (b, d, c, a)),
        (b, "no such job", (b, d, c, a)),
    ):
        with database.write() as connection:
            assert queue.move(connection, job, to) == (to != "no such job")
        assert order(database) == expected
    with database.write() as connection:
        new = jobs.add(connection, a_submission()).id
    assert order(database) == (b, d, c, a, new)


def test_that_a_job_that_was_put_first_is_next_until_it_is_moved_or_begins_a_trial(
    database: Database, ids: list[str]
) -> None:
    with database.write() as connection:
        queue.move(connection, ids[3], queue.FIRST)
        queue.move(connection, ids[2], queue.FIRST)
        queue.move(connection, ids[2], queue.LAST)
        assert queue.read(connection).first == {ids[3]}
        queue.take_turn(connection, ids[0])
        queue.take_turn(connection, ids[3])
        found = queue.read(connection)
        assert (found.first, found.turns) == (frozenset(), {ids[0]: 1, ids[3]: 2})
        queue.set_in_order(connection, [ids[1]], in_order=True)
        assert queue.read(connection).turns == found.turns


def test_that_an_ended_job_leaves_the_queue_and_shares_at_its_end_when_it_continues(
    database: Database, ids: list[str]
) -> None:
    a, b, c, d = ids
    with database.write() as connection:
        queue.set_in_order(connection, ids, in_order=True)
        queue.set_in_order(connection, [c], in_order=False)
        jobs.move(connection, a, JobState.CANCELLED)
        found = queue.read(connection)
        assert (found.order, found.in_order) == ((b, c, d), {b, d})
        jobs.begin_run(connection, a)
        found = queue.read(connection)
        assert (found.order, found.in_order) == ((b, c, d, a), {b, d})
        jobs.begin_run(connection, b)  # it has not ended: it keeps its place
        assert queue.read(connection) == found


@pytest.mark.parametrize(
    "stored", ["", "no JSON", "[1]", '{"order": 3}', '{"order": ["gone", "gone"]}', "9" * 5000]
)
def test_that_a_damaged_setting_is_ignored(database: Database, ids: list[str], stored: str) -> None:
    with database.write() as connection:
        settings.put(connection, queue.KEY, stored)
        settings.put(connection, "places", stored)
        assert queue.read(connection).order == tuple(ids)
        assert not places_of(connection).is_limit
        set_places(connection, 3)
        assert (places_of(connection).count, places_of(connection).is_limit) == (3, True)
        set_places(connection, None)
        assert not places_of(connection).is_limit
