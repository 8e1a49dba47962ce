"""Export of a job as a study of Optuna, in the format of its journal file.

The operations are those of ``optuna.storages.journal`` (``JournalOperation``). The file is written
without Optuna, which would add a dependency to produce a few lines of JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bayescore.config import (
    CategoricalSpec,
    DiscreteSpec,
    DoubleSpec,
    Goal,
    IntegerSpec,
    ParameterSpec,
    Scale,
)
from bayescore.exchange.study import finite
from bayescore.store import Job, Trial, TrialState

# operation codes of the file's format
_CREATE_STUDY, _CREATE_TRIAL, _SET_PARAMETER, _SET_STATE, _SET_INTERMEDIATE = 0, 4, 5, 6, 7
_COMPLETE, _PRUNED, _FAIL = 1, 2, 3  # states of a trial
_DIRECTIONS = {Goal.MINIMIZE: 1, Goal.MAXIMIZE: 2}


def journal(job: Job, trials: Sequence[Trial], series: Mapping[int, Mapping[str, Sequence[float]]]) -> str:
    """A job as a journal file, for ``JournalStorage(JournalFileBackend(FILE))``.

    Trials that have not ended are left out.

    Parameters
    ----------
    series
        Values by trial id and metric, in the order of their arrival.
    """
    name = f"{job.submission.name}-{job.id}"
    lines: list[dict[str, Any]] = [
        {
            "op_code": _CREATE_STUDY,
            "study_name": name,
            "directions": [_DIRECTIONS[job.config.hyper_tuning.goal]],
        }
    ]
    specs = {s.name: s for s in job.config.hyper_tuning.parameter_specs}
    ended = [t for t in trials if t.state.ended and t.started_at]
    for number, trial in enumerate(ended):
        lines.append({"op_code": _CREATE_TRIAL, "study_id": 0, "datetime_start": trial.started_at})
        for parameter, value in trial.parameters.items():
            if parameter in specs:
                lines.append(_parameter(number, specs[parameter], value))
        values = series.get(trial.id, {}).get(job.metric, ())
        for step, value in enumerate(values):
            lines.append(
                {"op_code": _SET_INTERMEDIATE, "trial_id": number, "step": step, "intermediate_value": value}
            )
        state, objective = _end(trial, values)
        lines.append(
            {
                "op_code": _SET_STATE,
                "trial_id": number,
                "state": state,
                "values": None if objective is None else [objective],
                "datetime_complete": trial.ended_at,
            }
        )
    worker = {"worker_id": "bayesdesk"}
    return "".join(json.dumps({**line, **worker}, ensure_ascii=False) + "\n" for line in lines)


def _end(trial: Trial, reported: Sequence[float]) -> tuple[int, float | None]:
    """State and objective of a trial. A pruned one has its last value, as in ``optuna.study._tell``."""
    if trial.state is TrialState.STOPPED_EARLY:
        return _PRUNED, finite(reported[-1]) if reported else None
    objective = finite(trial.value) if trial.state is TrialState.SUCCEEDED else None
    return _FAIL if objective is None else _COMPLETE, objective


def _parameter(number: int, spec: ParameterSpec, value: Any) -> dict[str, Any]:
    distribution, stored = _distribution(spec, value)
    return {
        "op_code": _SET_PARAMETER,
        "trial_id": number,
        "param_name": spec.name,
        "param_value_internal": stored,
        "distribution": json.dumps(distribution),
    }


def _distribution(spec: ParameterSpec, value: Any) -> tuple[dict[str, Any], float]:
    """Distribution of a parameter that holds a value, and the value as Optuna stores it."""
    if isinstance(spec, DoubleSpec | IntegerSpec):
        is_real = isinstance(spec, DoubleSpec)
        # a follow-up job over narrower ranges may have trials outside of them
        low, high = min(spec.min_value, value), max(spec.max_value, value)
        attributes = {
            "low": float(low) if is_real else int(low),
            "high": float(high) if is_real else int(high),
            "log": spec.scale_type is Scale.LOG,
            "step": None if is_real else 1,
        }
        name = "FloatDistribution" if is_real else "IntDistribution"
        return {"name": name, "attributes": attributes}, float(value)
    assert isinstance(spec, DiscreteSpec | CategoricalSpec)
    listed = list(spec.discrete_values if isinstance(spec, DiscreteSpec) else spec.categorical_values)
    choices = listed if value in listed else [*listed, value]
    distribution = {"name": "CategoricalDistribution", "attributes": {"choices": choices}}
    return distribution, float(choices.index(value))
