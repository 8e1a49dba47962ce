"""What notifications say: the job, its state, the best trial, the time, and nothing of paths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from bayescore.i18n import Text, ntext, text
from bayescore.notify.settings import NoticeKind
from bayescore.results import best, ended_count
from bayescore.store import STATE_NAMES, Job, JobState, Trial
from bayescore.times import local

_GOOD_ENDS = (JobState.SUCCEEDED, JobState.EXHAUSTED, JobState.CANCELLED)
_MOST_PARAMETERS = 20
_LONGEST = 80  # characters of a name or a value
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_ABSOLUTE = re.compile(r"[/~\\]|[A-Za-z]:[/\\]")


@dataclass(frozen=True)
class Notice:
    """A notification in the user's language."""

    title: str
    body: str


def end_kind(state: JobState) -> NoticeKind:
    """Whether a job in this state has ended or failed."""
    return NoticeKind.ENDED if state in _GOOD_ENDS else NoticeKind.FAILED


def end_notice(job: Job, trials: Sequence[Trial], language: str) -> Notice:
    """A job has ended or failed."""
    state = Text(STATE_NAMES[job.state])
    lines = [*_best_lines(job, best(trials, job.config.hyper_tuning.goal)), _count(job, trials)]
    return _notice(job, state, lines, job.ended_at or "", language)


def best_notice(job: Job, trial: Trial, trials: Sequence[Trial], language: str) -> Notice:
    """A trial is the best so far."""
    lines = [*_best_lines(job, trial), _count(job, trials)]
    return _notice(job, text("new best trial"), lines, trial.ended_at or "", language)


def still_notice(job: Job, trials: Sequence[Trial], words: Text, at: str, language: str) -> Notice:
    """A job stands still."""
    lines = [words, *_best_lines(job, best(trials, job.config.hyper_tuning.goal)), _count(job, trials)]
    return _notice(job, text("stands still"), lines, at, language)


def disk_notice(waiting: Sequence[Job], at: str, language: str) -> Notice:
    """Jobs wait because nothing can be stored."""
    title = ntext("{count} job waits: the disk is full", "{count} jobs wait: the disk is full", len(waiting))
    names = ", ".join(_shown(job.submission.name) for job in waiting[:_MOST_PARAMETERS])
    body = text(
        "Nothing can be stored on the disk with the data of Bayesdesk. Free some space; "
        "the jobs then continue by themselves: {names}",
        names=names,
    )
    return Notice(title.render(language), f"{body.render(language)}\n{local(at)}")


def test_notice(language: str) -> Notice:
    """What “Send a test” sends."""
    return Notice(
        text("Bayesdesk: a test").render(language),
        text("Notifications of your jobs arrive here.").render(language),
    )


def _notice(job: Job, state: Text, lines: Sequence[Text], at: str, language: str) -> Notice:
    title = text("{job}: {state}", job=_shown(job.submission.name), state=state)
    return Notice(title.render(language), "\n".join([*(line.render(language) for line in lines), local(at)]))


def _best_lines(job: Job, trial: Trial | None) -> list[Text]:
    if trial is None or trial.value is None:
        return [text("No trial has succeeded.")]
    metric, value = _shown(job.metric), f"{trial.value:.6g}"
    first = text("Best {metric}: {value}, trial {number}", metric=metric, value=value, number=trial.number)
    given = list(trial.parameters.items())[:_MOST_PARAMETERS]
    return [first, *(Text("{name} = {value}", {"name": _shown(n), "value": _shown(v)}) for n, v in given)]


def _count(job: Job, trials: Sequence[Trial]) -> Text:
    return text("{done} of {count} trials have ended", done=ended_count(trials), count=job.max_trials)


def _shown(value: Any) -> str:
    """A name or a value on one line; of a path only its last part."""
    words = f"{value:.6g}" if isinstance(value, float) else str(value)
    if _ABSOLUTE.match(words):
        words = PureWindowsPath(PurePosixPath(words).name).name
    words = _NO_TEXT.sub(" ", words).strip()
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
