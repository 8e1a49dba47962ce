"""What was changed of a job while it ran, and how the job thus differs from its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bayescore.config import JobChange
from bayescore.config.job_change import NO_LIMIT
from bayescore.config.local import written_duration
from bayescore.i18n import N_, Text, text
from bayescore.store import Event, Job

_NAMES: Mapping[str, str] = {
    "count": N_("number of trials"),
    "parallel": N_("trials at a time"),
    "gpus": N_("GPUs"),
    "trials_per_gpu": N_("trials per GPU"),
    "trial_timeout": N_("time limit of a trial"),
    "max_failed_trials": N_("failed trials at most"),
    "early_stopping": N_("early stopping"),
    "max_hours": N_("hours at most"),
    "max_gpu_hours": N_("GPU hours at most"),
    "hours": N_("hours in which trials begin"),
}
_KINDS: Mapping[str, str] = {
    "count": N_("Write a whole number from 1 to 1000."),
    "parallel": N_("Write a whole number above 0."),
    "gpus": N_("Write all, none, or a list: 0,1."),
    "trials_per_gpu": N_("Write a whole number above 0."),
    "trial_timeout": N_("Write a time like 30m or 2h, or none."),
    "max_failed_trials": N_("Write a whole number above 0, or none."),
    "max_hours": N_("Write a number above 0, or none."),
    "max_gpu_hours": N_("Write a number above 0, or none."),
    "hours": N_("Write times and days like 20:00-08:00, sat, sun, or none."),
}
_ONE = N_("{name}: {before} → {after}")


def wrong_value(name: str, written: object) -> tuple[Text, Text]:
    """What is wrong with a value that a setting cannot have, and what to write instead."""
    problem = text("“{written}” is no value for: {name}.", written=written, name=text(_NAMES[name]))
    return problem, text(_KINDS[name])


def planned_trials(job: Job) -> int:
    """Number of trials that the job was to have, beside those measured elsewhere or added by hand."""
    return job.max_trials - extra_trials(job)


def extra_trials(job: Job) -> int:
    """Number of trials that were measured elsewhere or added by hand."""
    return sum(known.by_hand or job.metric in known.values for known in job.local.known)


def settings_of(job: Job) -> dict[str, Any]:
    """The settings of a job that :class:`JobChange` can change, by name; ``None`` for no limit."""
    local = job.local
    return {
        "count": planned_trials(job),
        "parallel": job.config.hyper_tuning.parallel_count,
        "gpus": local.gpus,
        "trials_per_gpu": local.trials_per_gpu,
        "trial_timeout": local.trial_timeout,
        "max_failed_trials": local.max_failed_trials,
        "early_stopping": local.early_stopping is not None,
        "max_hours": local.max_hours,
        "max_gpu_hours": local.max_gpu_hours,
        "hours": None if local.hours is None else local.hours.when,
    }


def change_text(job: Job, change: JobChange) -> Text:
    """What a change does to a job, for people: each setting with its value before and after."""
    before = settings_of(job)
    parts = [
        Text(
            _ONE, {"name": text(_NAMES[name]), "before": _words(name, before[name]), "after": _words(name, v)}
        )
        for name, v in change.model_dump(exclude_none=True).items()
    ]
    return text("The job was changed: {changes}.", changes=listed(parts))


def listed(parts: Sequence[Text]) -> Text:
    """Texts one after the other, at least one."""
    found = parts[-1]
    for part in reversed(parts[:-1]):
        found = text("{first}, {others}", first=part, others=found)
    return found


def changes_since_start(events: Iterable[Event]) -> list[Text]:
    """Each setting that differs from that of the files: its value in the files, and the one in effect.

    Parameters
    ----------
    events
        The job's events, oldest first; what :func:`change_text` says is one of the kind ``changed``.
    """
    first: dict[str, Text] = {}
    for event in events:
        for part in _parts(event.text.arguments.get("changes")) if event.kind == "changed" else ():
            name = str(part.arguments["name"])
            before = first[name].arguments["before"] if name in first else part.arguments["before"]
            first[name] = Text(part.template, {**part.arguments, "before": before})
    return [part for part in first.values() if str(part.arguments["before"]) != str(part.arguments["after"])]


def _parts(found: object) -> list[Text]:
    if not isinstance(found, Text):
        return []  # of an earlier version
    if found.template == _ONE:
        return [found]
    return [part for each in ("first", "others") for part in _parts(found.arguments.get(each))]


def _words(name: str, value: Any) -> Text | str:
    if value is None:
        return text("none")
    special: dict[str, Callable[[], Text | str]] = {
        "trial_timeout": lambda: written_duration(value),
        "early_stopping": lambda: text("on") if value else text("off"),
        "gpus": lambda: ", ".join(str(gpu) for gpu in value),
    }
    if name == "hours" and value != NO_LIMIT:
        return str(value)
    if isinstance(value, str):
        return text("all") if value == "all" else text("none")
    return special[name]() if name in special else f"{value:g}"
