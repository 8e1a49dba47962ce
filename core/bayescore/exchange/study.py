"""A study of another tool: its trials as values, and how they are stored as a job."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bayescore.config import KnownSet, LocalSettings, load_text
from bayescore.config.problems import has_errors
from bayescore.errors import ConfigError
from bayescore.i18n import Text, ntext, text
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
    """Collects remarks on what could not be imported as it is, up to a limit, and counts the rest."""

    def __init__(self) -> None:
        self._kept: list[Text] = []
        self._more = 0

    def add(self, remark: Text) -> None:
        """Add a remark; past the limit it is only counted."""
        if len(self._kept) < _MOST_REMARKS:
            self._kept.append(remark)
        else:
            self._more += 1

    def finish(self) -> tuple[Text, ...]:
        """The remarks, and the number of those that are not listed."""
        if not self._more:
            return tuple(self._kept)
        more = ntext("{count} more remark is not listed.", "{count} more remarks are not listed.", self._more)
        return (*self._kept, more)


@dataclass(frozen=True)
class StudyTrial:
    """An ended trial.

    Attributes
    ----------
    value
        Objective, of a trial that was stopped early the last one; ``None`` when the trial failed or
        reported none.
    metrics
        Reported values by metric, in their order; the objective is among them when its values are known.
    started_at, ended_at
        ISO 8601 with a zone; ``None`` when unknown.
    """

    parameters: Mapping[str, Any]
    value: float | None
    metrics: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    state: TrialState = TrialState.SUCCEEDED
    started_at: str | None = None
    ended_at: str | None = None
    reason: Text | None = None


@dataclass(frozen=True)
class Study:
    """A finished search by another tool.

    Attributes
    ----------
    file_text
        The ``openbayes.yaml`` that describes the space and the objective.
    remarks
        What differs from the source.
    known
        Parameter sets that were to run next, also partial ones.
    """

    name: str
    source: str
    file_text: str
    trials: tuple[StudyTrial, ...]
    remarks: tuple[Text, ...] = ()
    known: tuple[Mapping[str, Any], ...] = ()


def store_study(database: Database, study: Study, project: Path) -> Job:
    """Store a study as an ended job, which can be viewed and used as history, but not continued.

    Raises
    ------
    ConfigError
        When the study's file is not valid, or the study is too large.
    """
    study = validated(study)
    loaded = load_text(study.file_text)
    if loaded.config is None or has_errors(list(loaded.problems)):
        worst = next(p for p in loaded.problems if p.severity == "error")
        raise ConfigError(
            text("The imported search space is not valid: {problem}", problem=worst.message),
            text("Correct the source, or write an openbayes.yaml and import the results as a table."),
        )
    submission = Submission(
        name=study.name,
        project=str(project),
        file_text=study.file_text,
        config=loaded.config,
        local=LocalSettings(known=tuple(KnownSet(parameters=dict(each)) for each in study.known)),
        runner=IMPORTED,
        seed=0,
        message=study.source,
    )
    writer = PointWriter()
    metric = loaded.config.hyper_tuning.hyperparameter_metric
    with database.write() as connection:
        starts = [t.started_at for t in study.trials if t.started_at]
        ends = [t.ended_at for t in study.trials if t.ended_at]
        job = jobs.add_imported(
            connection,
            submission,
            JobState.SUCCEEDED,
            len(study.trials),
            min(starts, default=None),
            max(ends, default=None),
        )
        for number, trial in enumerate(study.trials, 1):
            row = trials.add_imported(
                connection,
                job.id,
                number,
                trial.parameters,
                trial.state,
                trial.value,
                trial.started_at,
                trial.ended_at,
                reason=trial.reason,
            )
            series = dict(trial.metrics)
            if trial.value is not None and not series.get(metric):
                series[metric] = (trial.value,)
            values = tuple((name, value) for name, reported in series.items() for value in reported)
            writer.append(connection, [NewPoints(job.seq, row, 1, values)])
        imported = ntext(
            "{count} trial was imported from {source}.",
            "{count} trials were imported from {source}.",
            len(study.trials),
            source=study.source,
        )
        events.add(connection, job.id, "imported", imported)
        for remark in study.remarks:
            events.add(connection, job.id, "remark", remark, level="warning")
        return jobs.get(connection, job.id)


def validated(study: Study) -> Study:
    """The study without trials whose parameters cannot be stored: infinite numbers and malformed text.

    Raises
    ------
    ConfigError
        When the study has too many trials or reported values.
    """
    if len(study.trials) > MOST_TRIALS:
        raise ConfigError(
            text("{source} has more than {most} trials.", source=study.source, most=MOST_TRIALS)
        )
    points = sum(len(values) for trial in study.trials for values in trial.metrics.values())
    if points > _MOST_POINTS:
        raise ConfigError(
            text("{source} has more than {most} reported values.", source=study.source, most=_MOST_POINTS)
        )
    remarks = Remarks()
    kept = []
    for number, trial in enumerate(study.trials, 1):
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
    return replace(study, trials=tuple(kept), remarks=(*study.remarks, *remarks.finish()))


def _storable(value: Any) -> bool:
    """Whether a value can be a parameter: a finite number, or text that can be encoded as UTF-8."""
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, str) or not any("\ud800" <= c <= "\udfff" for c in value)


def finite(value: float | None) -> float | None:
    """The value if it is finite, else ``None``."""
    return value if value is not None and math.isfinite(value) else None
