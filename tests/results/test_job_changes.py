"""What was changed of a running job, and how it differs from its files."""

from __future__ import annotations

from dataclasses import replace

from bayescore.config import JobChange
from bayescore.i18n import Text
from bayescore.results.job_changes import change_text, changes_since_start
from bayescore.store import Event, Job
from support.views import a_job


def changed(job: Job, change: JobChange) -> Job:
    """The job with a change, as the engine applies it."""
    config, local = change.of_config(job.config), change.of_local(job.local)
    submission = replace(job.submission, config=config, local=local)
    return replace(job, submission=submission, max_trials=change.count or job.max_trials)


def event_of(words: Text, kind: str = "changed") -> Event:
    return Event(1, "job1", None, "", "info", kind, Text.from_json(words.to_json()))


def test_that_a_change_is_described_with_the_values_before_and_after() -> None:
    change = JobChange(count=20, gpus=(0, 1), trial_timeout=7200.0, early_stopping=True, max_hours=8)
    assert str(change_text(a_job(), change)) == (
        "The job was changed: number of trials: 10 → 20, GPUs: all → 0, 1, "
        "time limit of a trial: none → 2h, early stopping: off → on, hours at most: none → 8."
    )


def test_that_a_removed_limit_is_described() -> None:
    job = changed(a_job(), JobChange(max_failed_trials=3))
    without = JobChange(max_failed_trials="none")
    assert str(change_text(job, without)) == "The job was changed: failed trials at most: 3 → none."
    assert changed(job, without).local.max_failed_trials is None


def test_that_several_changes_become_one_difference_from_the_files() -> None:
    job, events = a_job(), []
    for change in (JobChange(parallel=4), JobChange(count=30), JobChange(parallel=1, gpus="none")):
        events.append(event_of(change_text(job, change)))
        job = changed(job, change)
    found = [str(each) for each in changes_since_start(events)]
    assert found == ["trials at a time: 2 → 1", "number of trials: 10 → 30", "GPUs: all → none"]
    events.append(event_of(change_text(job, JobChange(parallel=2, gpus="all"))))
    assert [str(each) for each in changes_since_start(events)] == ["number of trials: 10 → 30"]


def test_that_events_without_settings_are_no_differences() -> None:
    earlier = Text("The job was changed: {given}.", {"given": "count: 5"})
    assert changes_since_start([event_of(earlier), event_of(Text("Hello."), kind="running")]) == []
