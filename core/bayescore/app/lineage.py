"""Which earlier jobs a follow-up job continues, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from bayescore.i18n import Text, ntext, text
from bayescore.store import Submission, jobs, trials
from bayescore.times import now, parsed
from bayescore.trials.parameters import merged


@dataclass(frozen=True)
class EarlierJob:
    """A job whose trials a search learns from."""

    id: str
    name: str
    created_at: str
    trials: int

    @property
    def words(self) -> Text:
        """Its name, its day and the number of its trials."""
        counted = ntext("{count} trial", "{count} trials", self.trials)
        return text("{name} of {day} ({trials})", name=self.name, day=day(self.created_at), trials=counted)


def continued(connection: sa.Connection, history: Sequence[str]) -> tuple[EarlierJob, ...]:
    """The jobs that a job continues directly; those that have been deleted are left out.

    A history contains the histories of its jobs, too: the job that is continued is the one that no other
    job of the history has in its own.
    """
    found = {}
    for identifier in history:
        try:
            found[identifier] = jobs.get(connection, identifier)
        except KeyError:
            continue
    inherited = {i for job in found.values() for i in job.submission.history}
    return tuple(
        EarlierJob(job.id, job.submission.name, job.created_at, _ended(connection, job.id))
        for job in found.values()
        if job.id not in inherited
    )


def continues(earlier: Sequence[EarlierJob]) -> Text | None:
    """The sentence “Continues …”; ``None`` for a job without a history."""
    if not earlier:
        return None
    named = earlier[0].words
    for job in earlier[1:]:
        named = text("{jobs}, {job}", jobs=named, job=job.words)
    return text("Continues {jobs}.", jobs=named)


def incomplete(connection: sa.Connection, submission: Submission) -> Text | None:
    """How many trials of the history the search uses; ``None`` if it can use all of them.

    A trial of another search space, or of a study with conditional parameters, may lack a parameter.
    """
    names = {spec.name for spec in submission.config.hyper_tuning.parameter_specs}
    total = usable = 0
    for identifier in submission.history:
        for job in jobs.find(connection, identifier):
            ended = [t for t in trials.of_job(connection, identifier) if t.state.ended]
            total += len(ended)
            usable += sum(names <= merged(job.config, t.parameters).keys() for t in ended)
    if usable == total:
        return None
    return ntext(
        "The search learns from {usable} of {count} earlier trial; the others lack a parameter.",
        "The search learns from {usable} of {count} earlier trials; the others lack a parameter.",
        total,
        usable=usable,
    )


def _ended(connection: sa.Connection, job: str) -> int:
    return sum(count for state, count in trials.count_by_state(connection, job).items() if state.ended)


def day(moment: str) -> Text:
    """A day in local time; of another year than this one with its year."""
    at = parsed(moment).astimezone()
    months = (
        text("{day} Jan", day=at.day), text("{day} Feb", day=at.day), text("{day} Mar", day=at.day),
        text("{day} Apr", day=at.day), text("{day} May", day=at.day), text("{day} Jun", day=at.day),
        text("{day} Jul", day=at.day), text("{day} Aug", day=at.day), text("{day} Sep", day=at.day),
        text("{day} Oct", day=at.day), text("{day} Nov", day=at.day), text("{day} Dec", day=at.day),
    )  # fmt: skip
    this_year = parsed(now()).astimezone().year
    found = months[at.month - 1]
    return found if at.year == this_year else text("{day} {year}", day=found, year=at.year)
