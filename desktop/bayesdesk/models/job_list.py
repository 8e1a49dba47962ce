"""The list of jobs: its groups, the search in it, and what it says about a job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import PurePath

from bayescore.app.job_search import matcher
from bayescore.app.queueing import hold_words
from bayescore.i18n import _, n_
from bayescore.queue import Why
from bayescore.results.job_texts import begins_text
from bayescore.store import JobState
from bayescore.store.queue import FIRST
from bayescore.times import clock, parsed, utc
from bayesdesk.models.early_stops import chance_words, nearest_limit
from bayesdesk.models.formatting import number, span, state_word
from bayesdesk.models.progress import progress_words
from bayesdesk.models.snapshot import JobRow, QueuePlace

_MOST_CHANCES = 8  # lines of a tool tip
BY_STATE, BY_DAY, BY_PROJECT = "state", "day", "project"


@dataclass(frozen=True)
class Listing:
    """Which jobs a list shows, and how.

    Attributes
    ----------
    query
        Words as :func:`bayescore.app.job_search.matcher` takes them.
    group
        ``state``, ``day`` or ``project``.
    shows_archived
        Whether archived jobs are listed, too.
    """

    query: str = ""
    group: str = BY_STATE
    shows_archived: bool = False


def grouped(rows: Sequence[JobRow], listing: Listing | None = None) -> list[JobRow | str]:
    """Headings and the jobs below them; jobs stay in their order, groups are in that of their first job."""
    listing = listing or Listing()
    matches = matcher(listing.query)
    shown = [r for r in rows if (listing.shows_archived or not r.job.archived) and matches(r.job)]
    if listing.group == BY_DAY:  # an imported job may be older than those that were stored before it
        shown.sort(key=lambda r: r.job.created_at, reverse=True)
    heading = _headings(listing.group)
    groups: dict[str, list[JobRow]] = {}
    if listing.group == BY_STATE:
        groups = {name: [] for name in (_("Running"), _("Waiting"), _("Finished"))}
    for row in shown:
        groups.setdefault(heading(row), []).append(row)
    items: list[JobRow | str] = []
    for name, members in groups.items():
        if listing.group == BY_STATE:  # the jobs that wait are in the order of the queue
            members.sort(key=lambda r: r.place.index if waits(r) and r.place is not None else 0)
        items += [name, *members] if members else []
    return items


def waits(row: JobRow) -> bool:
    """Whether a job waits for its begin, or is not to continue for now.

    One that has begun and takes turns with others also has no running trial now and then.
    """
    place = row.place
    if row.job.state in (JobState.QUEUED, JobState.PAUSED):
        return True
    if row.job.state.ended or place is None or place.hold is None or place.running:
        return False
    return place.hold.why in (Why.AHEAD, Why.HOURS) or row.done == 0


def _headings(group: str) -> Callable[[JobRow], str]:
    if group == BY_DAY:
        today, known = date.today(), dict[str, str]()

        def day(row: JobRow) -> str:
            created = row.job.created_at
            hour = created[:13]  # times of one hour are on one day in every time zone of whole hours
            if hour not in known:
                known[hour] = day_word(local_time(created).date(), today)
            return known[hour]

        return day
    if group == BY_PROJECT:
        return lambda row: PurePath(row.job.project).name or row.job.project
    running, waiting, finished = _("Running"), _("Waiting"), _("Finished")
    return lambda row: finished if row.job.state.ended else waiting if waits(row) else running


def local_time(stored: str) -> datetime:
    """A stored time in this machine's time zone."""
    return parsed(stored).astimezone()


def day_word(day: date, today: date) -> str:
    """A day as text: today and yesterday by name, others by their date."""
    passed = (today - day).days
    if passed in (0, 1):
        return (_("Today"), _("Yesterday"))[passed]
    return f"{day:%m-%d}" if day.year == today.year else f"{day:%Y-%m-%d}"


def moment_word(stored: str) -> str:
    """When something was, as short as it can be said: the time today, otherwise the day."""
    moment, today = local_time(stored), date.today()
    return f"{moment:%H:%M}" if moment.date() == today else day_word(moment.date(), today)


def status_line(item: JobRow) -> str:
    """A job's progress and what is left of its time, or how it ended and after how many trials."""
    job = item.job
    if item.opening is not None:
        return f"{progress_words(item.done, job.max_trials)} · {begins_text(item.opening, utc())}"
    if job.state is not JobState.PAUSED and waits(item):
        return _hold_words(item.place)
    if job.state is JobState.RUNNING:
        done = progress_words(item.done, job.max_trials)
        if item.budget is not None:
            return f"{done} · {nearest_limit(item.budget)[1]}"
        if item.seconds_left is None:
            return done
        return _("{done} · {time} left", done=done, time=span(item.seconds_left))
    if job.state is JobState.PAUSED:
        return _("paused · {done}", done=progress_words(item.done, job.max_trials))
    count = n_("{count} trial", "{count} trials", item.done)
    return count if job.state is JobState.SUCCEEDED else f"{state_word(job.state)} · {count}"


def _hold_words(place: QueuePlace | None) -> str:
    hold = None if place is None else place.hold
    if place is None or hold is None or hold.why is Why.PAUSED:
        return _("waiting")
    if hold.why is Why.AHEAD:
        return _("waits for {name}", name=place.ahead)
    return str(hold_words(hold))


def begin_words(item: JobRow) -> str:
    """When a job that waits is expected to begin; empty if that is unknown."""
    if not waits(item) or item.opening or item.place is None or item.place.begins_at is None:
        return ""
    moment, present = datetime.fromtimestamp(item.place.begins_at, UTC), utc()
    return _("about {time}", time=clock(max(moment, present), present))


def drop_target(items: Sequence[JobRow | str], job: str, before: int) -> str | None:
    """Where a job of the queue goes that is dropped on the list.

    Parameters
    ----------
    items
        The list, grouped by state.
    before
        Index of the row of the list before which it is dropped.

    Returns
    -------
    str or None
        The id of the job that it is put behind, ``first``, or ``None`` if it stays where it is.
    """
    rows = [item for item in items if isinstance(item, JobRow) and item.place is not None]
    queue = sorted(rows, key=lambda r: r.place.index if r.place else 0)
    waiting = [r.job.id for r in rows if waits(r)]
    shown = [item.job.id for item in items[:before] if isinstance(item, JobRow) and item.job.id in waiting]
    if job not in waiting or len(shown) - waiting.index(job) in (0, 1):
        return None
    if shown:
        return shown[-1]
    ids = [r.job.id for r in queue if r.job.id != job]
    place = ids.index(next(each for each in waiting if each != job))
    return ids[place - 1] if place else FIRST


def short_line(item: JobRow) -> str:
    """The status where there is little room: of a job with a budget only what is left of it."""
    has_little = item.budget is not None and item.opening is None
    return nearest_limit(item.budget)[1] if has_little and item.budget else status_line(item)


def progress_share(item: JobRow) -> float:
    """How far a job is, 0 to 1: by its trials or by its budget, whichever ends it first."""
    done = min(1.0, item.done / max(1, item.job.max_trials))
    return done if item.budget is None else max(done, 1.0 - nearest_limit(item.budget)[0])


def chance_lines(item: JobRow) -> list[str]:
    """The chance of each running trial to become the best, the likeliest first."""
    found = sorted(item.chances.items(), key=lambda each: -each[1])
    return [f"#{trial}: {chance_words(chance)}" for trial, chance in found[:_MOST_CHANCES]]


def spoken_line(item: JobRow) -> str:
    """Everything that a row shows, as a screen reader says it."""
    job = item.job
    best = "" if item.best is None else _("best {value}", value=number(item.best))
    is_shown_by_colour = job.state in (JobState.SUCCEEDED, JobState.RUNNING, JobState.QUEUED)
    is_in_status = not is_shown_by_colour or waits(item)
    state = "" if is_in_status else state_word(job.state)
    status = status_line(item), begin_words(item)
    return ", ".join(filter(None, (job.name, state, *status, best, tags_line(item))))


def tags_line(item: JobRow) -> str:
    """A job's tags and, if it is archived, that."""
    words = [f"#{tag}" for tag in item.job.tags]
    return " ".join([*words, _("archived")] if item.job.archived else words)


def known_tags(rows: Sequence[JobRow]) -> list[str]:
    """Every tag in use, sorted."""
    return sorted({tag for row in rows for tag in row.job.tags}, key=str.casefold)


def end_message(item: JobRow) -> str:
    """How a job ended, for a notification."""
    state = state_word(item.job.state)
    if item.job.reason is not None:
        return f"{state}: {item.job.reason}"
    if item.best is None:
        return state
    return _("{state}, best {value}", state=state, value=number(item.best))


def newly_ended(before: Sequence[JobRow], after: Sequence[JobRow]) -> list[JobRow]:
    """Jobs that have ended between two readings."""
    active = {r.job.id for r in before if not r.job.state.ended}
    return [r for r in after if r.job.id in active and r.job.state.ended]
