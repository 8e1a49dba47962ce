"""What other tools have found, as values, and its way into the store."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bayescore.config import LocalSettings, load_text
from bayescore.config.problems import has_errors
from bayescore.errors import ConfigError
from bayescore.i18n import Text, text
from bayescore.store import (
    IMPORTED,
    Database,
    Job,
    JobState,
    NewPoints,
    Submission,
    TrialState,
    events,
    jobs,
    trials,
)
from bayescore.store.points import PointWriter

MOST_TRIALS = 10_000  # of one import
_MOST_POINTS = 2_000_000
_MOST_REMARKS = 100


class Remarks:
    """What had no equivalent, up to so many remarks; of the others the count."""

    def __init__(self) -> None:
        self._kept: list[Text] = []
        self._more = 0

    def add(self, remark: Text) -> None:
        """Keep it, or count it."""
        if len(self._kept) < _MOST_REMARKS:
            self._kept.append(remark)
        else:
            self._more += 1

    def finish(self) -> tuple[Text, ...]:
        """Those that were kept, and how many more there are."""
        more = (text("{count} more remarks are not listed.", count=self._more),) if self._more else ()
        return (*self._kept, *more)


@dataclass(frozen=True)
class PastTrial:
    """One execution that ended elsewhere.

    Attributes
    ----------
    value
        Its objective; ``None`` when it failed or reported none.
    metrics
        Values of each metric in their order, the objective among them where they are known.
    started_at, ended_at
        ISO 8601 with a zone; ``None`` where nobody knows.
    """

    parameters: Mapping[str, Any]
    value: float | None
    metrics: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    state: TrialState = TrialState.SUCCEEDED
    started_at: str | None = None
    ended_at: str | None = None


@dataclass(frozen=True)
class Past:
    """A search that was done elsewhere.

    Attributes
    ----------
    file_text
        The ``openbayes.yaml`` that describes its space and objective.
    remarks
        What had no equivalent here.
    """

    name: str
    source: str
    file_text: str
    trials: tuple[PastTrial, ...]
    remarks: tuple[Text, ...] = ()


def keep(database: Database, past: Past, project: Path) -> Job:
    """Store it as an ended job that can be looked at, compared and learned from, and never runs.

    Raises
    ------
    ConfigError
        When its file describes no job, or it has too many trials.
    """
    past = sound(past)
    loaded = load_text(past.file_text)
    if loaded.config is None or has_errors(list(loaded.problems)):
        worst = next(p for p in loaded.problems if p.severity == "error")
        raise ConfigError(
            text("What was read does not make a job: {problem}", problem=worst.message),
            text("Correct it at its source, or describe the space in an openbayes.yaml and import a table."),
        )
    submission = Submission(
        name=past.name,
        project=str(project),
        file_text=past.file_text,
        config=loaded.config,
        local=LocalSettings(),
        runner=IMPORTED,
        seed=0,
        message=past.source,
    )
    writer = PointWriter()
    metric = loaded.config.hyper_tuning.hyperparameter_metric
    with database.write() as connection:
        starts = [t.started_at for t in past.trials if t.started_at]
        ends = [t.ended_at for t in past.trials if t.ended_at]
        job = jobs.add_imported(
            connection,
            submission,
            JobState.SUCCEEDED,
            len(past.trials),
            min(starts, default=None),
            max(ends, default=None),
        )
        for number, trial in enumerate(past.trials, 1):
            row = trials.add_imported(
                connection,
                job.id,
                number,
                trial.parameters,
                trial.state,
                trial.value,
                trial.started_at,
                trial.ended_at,
            )
            series = dict(trial.metrics)
            if trial.value is not None and not series.get(metric):
                series[metric] = (trial.value,)
            values = tuple((name, value) for name, found in series.items() for value in found)
            writer.append(connection, [NewPoints(job.seq, row, 1, values)])
        note = text("{count} trials were imported from {source}.", count=len(past.trials), source=past.source)
        events.add(connection, job.id, "imported", note)
        for remark in past.remarks:
            events.add(connection, job.id, "remark", remark, level="warning")
        return jobs.get(connection, job.id)


def sound(past: Past) -> Past:
    """The past without trials whose parameters nobody could have searched: infinite ones, broken texts.

    Raises
    ------
    ConfigError
        When it is larger than any search.
    """
    if len(past.trials) > MOST_TRIALS:
        raise ConfigError(text("{source} has more than {most} trials.", source=past.source, most=MOST_TRIALS))
    points = sum(len(values) for trial in past.trials for values in trial.metrics.values())
    if points > _MOST_POINTS:
        raise ConfigError(
            text("{source} has more than {most} reported values.", source=past.source, most=_MOST_POINTS)
        )
    remarks = Remarks()
    kept = []
    for number, trial in enumerate(past.trials, 1):
        bad = next(((n, v) for n, v in trial.parameters.items() if not _storable(v)), None)
        if bad is None:
            kept.append(trial)
        else:
            remarks.add(
                text(
                    "Trial {number} was left out: “{name}” is {value}.",
                    number=number,
                    name=bad[0],
                    value=ascii(bad[1]),
                )
            )
    return replace(past, trials=tuple(kept), remarks=(*past.remarks, *remarks.finish()))


def _storable(value: Any) -> bool:
    """Whether a value can be a parameter: a finite number, or text that UTF-8 can hold."""
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, str) or not any("\ud800" <= c <= "\udfff" for c in value)


def finite(value: float | None) -> float | None:
    """A number that can be an objective; ``None`` for NaN and infinity."""
    return value if value is not None and math.isfinite(value) else None
