"""Finding, marking, exporting and deleting stored jobs."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bayescore.app import deletion, job_marks, job_search, trial_marks
from bayescore.app.job_export import export_jobs
from bayescore.app.lookup import find_job, find_trial
from bayescore.errors import ConfigError
from bayescore.store import Database, JobState, TrialState, jobs, trials
from support.stored_jobs import add_job

ENDED = JobState.SUCCEEDED


def test_that_a_job_is_found_by_id_start_of_id_name_or_as_the_last(database: Database) -> None:
    first, second = add_job(database, name="digits"), add_job(database, name="digits")
    other = add_job(database, name="other")
    assert find_job(database, first.id).id == first.id
    assert find_job(database, other.id[:6]).id == other.id
    assert find_job(database, "digits").id == second.id  # the newest of that name
    assert find_job(database, "last").id == other.id


def test_that_a_word_for_no_job_or_several_is_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match="There is no job “last”"):
        find_job(database, "last")
    both = [add_job(database), add_job(database)]
    monkeypatch.setattr(jobs, "find", lambda _connection, _word: both)
    with pytest.raises(ConfigError, match=f"{both[0].id}, {both[1].id}"):
        find_job(database, "")


def test_that_a_trial_is_found_by_its_number(database: Database) -> None:
    job = add_job(database, TrialState.PENDING, TrialState.PENDING)
    assert find_trial(database, job, 2).number == 2
    with pytest.raises(ConfigError, match="has no trial 3"):
        find_trial(database, job, 3)


def test_that_trials_get_a_star_and_a_note(database: Database) -> None:
    job = add_job(database, TrialState.SUCCEEDED, TrialState.SUCCEEDED)
    trial_marks.star(database, job.id, (1, 2), starred=True)
    trial_marks.star(database, job.id, (1,), starred=False)
    trial_marks.annotate(database, job.id, 2, "look here")
    with database.read() as connection:
        marks = [(t.starred, t.note) for t in trials.of_job(connection, job.id)]
    assert marks == [(False, ""), (True, "look here")]


def test_that_ended_jobs_are_deleted_with_their_files(database: Database) -> None:
    job, running = add_job(database, TrialState.SUCCEEDED, ended=ENDED), add_job(database)
    folder = database.folder.job(job.id)
    folder.mkdir(parents=True)
    (folder / "log.txt").write_bytes(b"x" * 10_000)
    (listed,) = deletion.ended_jobs(database)
    assert (listed.job.id, listed.bytes) == (job.id, deletion.job_bytes(database, job.id))
    assert deletion.delete(database, [job.id]) == listed.bytes
    assert listed.bytes >= 10_000
    assert not folder.exists()
    with database.read() as connection:
        assert [j.id for j in jobs.every(connection)] == [running.id]


def test_that_no_job_is_deleted_when_one_is_running(database: Database) -> None:
    ended, running = add_job(database, ended=ENDED), add_job(database)
    with pytest.raises(ConfigError, match="has not ended"):
        deletion.delete(database, [ended.id, running.id])
    with database.read() as connection:
        assert len(jobs.every(connection)) == 2


def test_that_jobs_are_renamed_noted_tagged_and_archived(database: Database) -> None:
    first, second = (
        add_job(database, name=n, message="as started", ended=ENDED) for n in ("digits", "letters")
    )
    both = [first.id, second.id]
    assert first.note == "as started"
    job_marks.rename(database, first.id, "  digits,\n second try ")
    job_marks.annotate(database, both, " warm-up helps ")
    job_marks.tag(database, both, ["baseline", "Warm up, baseline"])
    job_marks.tag(database, [second.id], ["WARM UP", "v2"], remove=["Baseline"])
    job_marks.archive(database, [second.id])
    with database.read() as connection:
        one, two = (jobs.get(connection, i) for i in both)
    assert (one.submission.name, one.note, one.tags, one.archived) == (
        "digits, second try",
        "warm-up helps",
        ("baseline", "Warm up"),
        False,
    )
    assert one.submission.message == "as started"
    assert (two.submission.name, two.tags, two.archived) == ("letters", ("Warm up", "v2"), True)
    job_marks.annotate(database, [first.id], "")
    job_marks.archive(database, both, archived=False)
    with database.read() as connection:
        assert jobs.get(connection, first.id).note == ""
        assert [j.archived for j in jobs.every(connection)] == [False, False]


def test_that_invalid_marks_are_refused_and_change_nothing(database: Database) -> None:
    ended, running = add_job(database, ended=ENDED), add_job(database)
    with pytest.raises(ConfigError, match="has not ended"):
        job_marks.archive(database, [ended.id, running.id])
    with pytest.raises(ConfigError, match="There is no job"):
        job_marks.tag(database, [ended.id, "nothing"], ["a"])
    with pytest.raises(ConfigError, match="needs a name"):
        job_marks.rename(database, ended.id, " \n ")
    with pytest.raises(ConfigError, match="longer than 40"):
        job_marks.tag(database, [ended.id], ["t" * 41])
    with pytest.raises(ConfigError, match="at most 50 tags"):
        job_marks.tag(database, [ended.id], [f"t{i}" for i in range(51)])
    with database.read() as connection:
        job = jobs.get(connection, ended.id)
    assert (job.archived, job.tags, job.submission.name) == (False, (), "test")


def test_that_bytes_that_are_not_utf_8_are_replaced_in_marks(database: Database) -> None:
    job = add_job(database)
    job_marks.annotate(database, [job.id], "a\udcff")
    job_marks.tag(database, [job.id], ["b\udcff"])
    job_marks.rename(database, job.id, "c\udcff")
    found = find_job(database, job.id)
    assert (found.note, found.tags, found.submission.name) == ("a?", ("b?",), "c?")


def test_that_a_continued_job_is_no_longer_archived(database: Database) -> None:
    job = add_job(database, ended=ENDED)
    job_marks.archive(database, [job.id])
    with database.write() as connection:
        assert not jobs.begin_run(connection, job.id).archived


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("DIGITS warm", True),
        ("digits cold", False),
        ("mnist", True),
        ("#baseline", True),
        ("#base", False),
        ("base", True),
        ("#warm-up digits", True),
    ],
)
def test_that_jobs_are_found_by_name_note_tags_and_project(
    database: Database, query: str, found: bool
) -> None:
    job = add_job(database, name="digits", message="warm start", project="/home/me/mnist")
    job_marks.tag(database, [job.id], ["baseline", "Warm up"])
    with database.read() as connection:
        ((summary,), _revision) = jobs.summaries(connection)
    assert job_search.matcher(query)(summary) is found


def test_that_an_exported_table_of_jobs_counts_stopped_trials_apart_from_failed_ones(
    database: Database, tmp_path: Path
) -> None:
    job = add_job(database, TrialState.SUCCEEDED, TrialState.FAILED, *[TrialState.STOPPED_EARLY] * 2)
    export_jobs(database, [job.id], tmp_path / "jobs.csv")
    (row,) = csv.DictReader((tmp_path / "jobs.csv").read_text(encoding="utf-8").splitlines())
    assert (row["trials"], row["failed"], row["stopped_early"]) == ("4", "1", "2")
