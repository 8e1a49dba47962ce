"""The list of jobs: its groups, the search in it, and what it says about a job."""

from __future__ import annotations

from collections.abc import Sequence

from bayescore.i18n import _, n_
from bayescore.store import JobState
from bayesdesk.models.formatting import number, span, state_word
from bayesdesk.models.progress import progress_words
from bayesdesk.models.snapshot import JobRow

_GROUP_OF = {JobState.RUNNING: 0, JobState.QUEUED: 1}


def grouped(rows: Sequence[JobRow], word: str = "") -> list[JobRow | str]:
    """Headings and the jobs below them, for jobs whose name, id or message contains a word."""
    wanted = word.casefold().strip()
    groups: list[list[JobRow]] = [[], [], []]
    for item in rows:
        job = item.job
        if wanted in f"{job.submission.name} {job.id} {job.submission.message}".casefold():
            groups[_GROUP_OF.get(job.state, 2)].append(item)
    items: list[JobRow | str] = []
    for heading, members in zip((_("Running"), _("Waiting"), _("Finished")), groups, strict=True):
        items += [heading, *members] if members else []
    return items


def status_line(item: JobRow) -> str:
    """A job's progress, or how it ended."""
    job = item.job
    if job.state is JobState.RUNNING:
        done = progress_words(item.done, job.max_trials)
        if item.seconds_left is None:
            return done
        return _("{done} · {time} left", done=done, time=span(item.seconds_left))
    if job.state is JobState.QUEUED:
        return _("waiting")
    if job.state is JobState.SUCCEEDED:
        return n_("{count} trial", "{count} trials", item.done)
    return state_word(job.state)


def end_message(item: JobRow) -> str:
    """How a job ended, for a notification."""
    state = state_word(item.job.state)
    if item.job.reason is not None:
        return f"{state}: {item.job.reason}"
    if item.best is None:
        return state
    return _("{state}, best {value}", state=state, value=number(item.best.value))


def newly_ended(before: Sequence[JobRow], after: Sequence[JobRow]) -> list[JobRow]:
    """Jobs that have ended between two readings."""
    active = {r.job.id for r in before if not r.job.state.ended}
    return [r for r in after if r.job.id in active and r.job.state.ended]
