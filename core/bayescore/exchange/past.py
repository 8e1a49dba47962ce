"""What other tools have found, as values, and its way into the store."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    NewJob,
    NewPoints,
    TrialState,
    jobs,
    notes,
    trials,
)
from bayescore.store.points import PointWriter


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
        When its file describes no job.
    """
    loaded = load_text(past.file_text)
    if loaded.config is None or has_errors(list(loaded.problems)):
        worst = next(p for p in loaded.problems if p.severity == "error")
        raise ConfigError(
            text("What was read does not make a job: {problem}", problem=worst.message),
            text("Correct it at its source, or describe the space in an openbayes.yaml and import a table."),
        )
    wish = NewJob(
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
        job = jobs.add_past(
            connection,
            wish,
            JobState.SUCCEEDED,
            len(past.trials),
            min(starts, default=None),
            max(ends, default=None),
        )
        for number, trial in enumerate(past.trials, 1):
            row = trials.add_past(
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
        notes.add_event(connection, job.id, "imported", note)
        for remark in past.remarks:
            notes.add_event(connection, job.id, "remark", remark, level="warning")
        return jobs.get(connection, job.id)


def finite(value: float | None) -> float | None:
    """A number that can be an objective; ``None`` for NaN and infinity."""
    return value if value is not None and math.isfinite(value) else None
