"""Studies of Optuna: read from its SQLite storage, written as its journal file.

The tables are those of ``optuna.storages._rdb.models``, schema version 12 (Optuna 3 to 5); the
journal's operations those of ``optuna.storages.journal`` (JournalOperation).  Neither needs Optuna.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
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
from bayescore.errors import ConfigError
from bayescore.exchange.optuna_storage import open_storage
from bayescore.exchange.past import MOST_TRIALS, Past, PastTrial, finite
from bayescore.exchange.spaces import (
    MOST_PARAMETERS,
    Spec,
    as_text,
    choice,
    project_text,
    real,
    stepped,
    whole,
)
from bayescore.i18n import Text, text
from bayescore.store import Job, Trial, TrialState

MAGIC = b"SQLite format 3\x00"  # what an SQLite file begins with
_SCHEMA = 12
_MOST_STUDIES = 1000
_MOST_VALUES = 1_000_000  # of parameters, in all trials
_MOST_TEXT = 64 * 2**20  # characters of all distributions; each stands once for each trial
_MOST_STEPS = 1_000_000  # intermediate values
_SIZES = (
    ("SELECT count(*) FROM trials WHERE study_id = ?", MOST_TRIALS),
    (
        """SELECT count(DISTINCT param_name) FROM trial_params JOIN trials USING (trial_id)
           WHERE study_id = ?""",
        MOST_PARAMETERS,
    ),
    ("SELECT count(*) FROM trial_params JOIN trials USING (trial_id) WHERE study_id = ?", _MOST_VALUES),
    (
        """SELECT sum(length(distribution_json)) FROM trial_params JOIN trials USING (trial_id)
           WHERE study_id = ?""",
        _MOST_TEXT,
    ),
    (
        "SELECT count(*) FROM trial_intermediate_values JOIN trials USING (trial_id) WHERE study_id = ?",
        _MOST_STEPS,
    ),
)
_BAD = (
    sqlite3.DatabaseError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
_STATES = {"COMPLETE": TrialState.SUCCEEDED, "PRUNED": TrialState.CANCELLED, "FAIL": TrialState.FAILED}
# JournalOperation: the numbers are the file's format
_CREATE_STUDY, _CREATE_TRIAL, _SET_PARAMETER, _SET_STATE, _SET_INTERMEDIATE = 0, 4, 5, 6, 7
_DIRECTIONS = {Goal.MINIMIZE: 1, Goal.MAXIMIZE: 2}


def read(file: Path, *, study: str | None = None, metric: str = "objective") -> Past:
    """A study with its trials.

    Parameters
    ----------
    study
        Its name; may be left out where the storage has only one.
    metric
        What to call the objective, which has no name there.

    Raises
    ------
    ConfigError
        When the file is no storage of Optuna, or the study is not there or has several objectives.
    """
    try:
        with closing(open_storage(file)) as storage:
            identifier, name = _study(storage, file, study)
            goal = _goal(storage, identifier, name)
            _check_size(storage, identifier, name)
            found = list(_trials(storage, identifier, metric))
            distributions = _distributions(storage, identifier)
        specs, remarks = _specs(distributions, len(found))
    except _BAD as error:
        raise ConfigError(
            text("{file} is no storage of Optuna: {reason}.", file=file, reason=error),
            text("Name the SQLite file of a study."),
        ) from None
    if any(t is None for t in found):
        unended = sum(t is None for t in found)
        remarks.append(text("{count} trials had not ended and were left out.", count=unended))
    past = tuple(t for t in found if t is not None)
    described = project_text(specs, metric=metric, goal=goal, trials=len(past), source=f"Optuna, {name}")
    return Past(name, f"Optuna, {file.name}", described, past, tuple(remarks))


def _study(storage: sqlite3.Connection, file: Path, wanted: str | None) -> tuple[int, str]:
    (version,) = storage.execute("SELECT schema_version FROM version_info").fetchone()
    if version != _SCHEMA:
        raise ConfigError(
            text(
                "{file} has schema version {version} of Optuna; {known} is known.",
                file=file,
                version=version,
                known=_SCHEMA,
            ),
            text("Upgrade it with: optuna storage upgrade --storage sqlite:///{file}", file=file),
        )
    studies = storage.execute("SELECT study_id, study_name FROM studies ORDER BY study_id").fetchmany(
        _MOST_STUDIES
    )
    chosen = [s for s in studies if wanted in (None, s[1])]
    if len(chosen) != 1:
        names = ", ".join(s[1] for s in studies) or "—"
        raise ConfigError(
            text("Which study of {file}? It has: {names}.", file=file, names=names),
            text("Choose one with --study NAME."),
        )
    return int(chosen[0][0]), str(chosen[0][1])


def _goal(storage: sqlite3.Connection, study: int, name: str) -> str:
    rows = storage.execute("SELECT direction FROM study_directions WHERE study_id = ?", (study,)).fetchall()
    if len(rows) != 1:
        raise ConfigError(
            text("The study {name} has {count} objectives; here a job has one.", name=name, count=len(rows)),
            text("Export one of them as a table, and import that."),
        )
    return "MAXIMIZE" if rows[0][0] == "MAXIMIZE" else "MINIMIZE"


def _check_size(storage: sqlite3.Connection, study: int, name: str) -> None:
    for query, most in _SIZES:
        (size,) = storage.execute(query, (study,)).fetchone()
        if size is not None and size > most:
            raise ConfigError(
                text(
                    "The study {name} is too large to be imported: {size}, at most {most}.",
                    name=name,
                    size=size,
                    most=most,
                ),
                text("Export a part of it as a table, and import that."),
            )


def _distributions(storage: sqlite3.Connection, study: int) -> dict[str, list[dict[str, Any]]]:
    """Distributions of each parameter, one for each trial that had it."""
    found: dict[str, list[dict[str, Any]]] = {}
    query = """SELECT p.param_name, p.distribution_json FROM trial_params p JOIN trials t USING (trial_id)
               WHERE t.study_id = ? ORDER BY p.param_id"""
    for name, written in storage.execute(query, (study,)):
        found.setdefault(name, []).append(_parsed(written))
    return found


@lru_cache(maxsize=10_000)
def _parsed(written: str) -> dict[str, Any]:
    """A distribution; most trials have the same."""
    return dict(json.loads(written))


def _specs(found: Mapping[str, list[dict[str, Any]]], trials: int) -> tuple[list[Spec], list[Text]]:
    specs: list[Spec] = []
    remarks: list[Text] = []
    for name, each in found.items():
        kinds = {json.dumps(d, sort_keys=True) for d in each}
        spec, remark = _spec(name, each)
        specs.append(spec)
        if remark is not None:
            remarks.append(remark)
        if len(kinds) > 1:
            remarks.append(
                text("{name}: its range changed during the study; the widest was taken.", name=name)
            )
        if len(each) < trials:
            remarks.append(
                text(
                    "{name}: only {count} of {trials} trials had it; the others teach nothing.",
                    name=name,
                    count=len(each),
                    trials=trials,
                )
            )
    return specs, remarks


def _spec(name: str, each: Sequence[dict[str, Any]]) -> tuple[Spec, Text | None]:
    kind, about = each[0]["name"], [d["attributes"] for d in each]
    if kind == "CategoricalDistribution":
        return choice(name, about[0]["choices"])
    low, high = min(a["low"] for a in about), max(a["high"] for a in about)
    log, step = about[0].get("log", False), about[0].get("step")
    if kind == "IntDistribution" and step in (None, 1):
        return whole(name, low, high, log=log), None
    if step:
        return stepped(name, low, high, step)
    return real(name, low, high, log=log), None


def _trials(storage: sqlite3.Connection, study: int, metric: str) -> Iterator[PastTrial | None]:
    """Each trial by number; ``None`` for one that has not ended."""
    query = """SELECT trial_id, state, datetime_start, datetime_complete FROM trials
               WHERE study_id = ? ORDER BY number"""
    for identifier, state, began, ended in storage.execute(query, (study,)).fetchall():
        if state not in _STATES:
            yield None
            continue
        rows = storage.execute(
            "SELECT param_name, param_value, distribution_json FROM trial_params WHERE trial_id = ?",
            (identifier,),
        )
        parameters = {name: _value(value, _parsed(written)) for name, value, written in rows}
        (value,) = storage.execute(
            "SELECT max(value) FROM trial_values WHERE trial_id = ?", (identifier,)
        ).fetchone()
        steps = storage.execute(
            "SELECT intermediate_value FROM trial_intermediate_values WHERE trial_id = ? ORDER BY step",
            (identifier,),
        )
        series = tuple(float(v) for (v,) in steps if v is not None)
        objective = finite(value) if _STATES[state] is TrialState.SUCCEEDED else None
        last = (objective,) if objective is not None and series[-1:] != (objective,) else ()
        yield PastTrial(
            parameters,
            objective,
            {metric: (*series, *last)},
            _STATES[state],
            _moment(began),
            _moment(ended),
        )


def _value(stored: float, distribution: Mapping[str, Any]) -> Any:
    """A parameter's value from how it is stored: a choice by its index, a whole number as a float."""
    kind, about = distribution["name"], distribution["attributes"]
    if kind == "CategoricalDistribution":
        chosen = about["choices"][int(stored)]
        return chosen if _all_numbers(about["choices"]) else as_text(chosen)
    return (
        int(stored) if kind == "IntDistribution" else float(f"{stored:.12g}") if about.get("step") else stored
    )


def _all_numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)


def _moment(written: str | None) -> str | None:
    """A local time without a zone, as Optuna keeps it, with its zone."""
    if not written:
        return None
    return datetime.fromisoformat(written).astimezone(UTC).isoformat()


def journal(job: Job, trials: Sequence[Trial], series: Mapping[int, Mapping[str, Sequence[float]]]) -> str:
    """A finished job as a journal file, for ``JournalStorage(JournalFileBackend(FILE))``.

    Parameters
    ----------
    series
        Values by trial id and metric, in order of arrival.
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
        succeeded = trial.state is TrialState.SUCCEEDED and finite(trial.value) is not None
        lines.append(
            {
                "op_code": _SET_STATE,
                "trial_id": number,
                "state": 1 if succeeded else 3,
                "values": [trial.value] if succeeded else None,
                "datetime_complete": trial.ended_at,
            }
        )
    worker = {"worker_id": "bayesdesk"}
    return "".join(json.dumps({**line, **worker}, ensure_ascii=False) + "\n" for line in lines)


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
    if isinstance(spec, DoubleSpec | IntegerSpec):
        is_real = isinstance(spec, DoubleSpec)
        # a follow-up over narrower ranges may carry trials from outside of them
        low, high = min(spec.min_value, value), max(spec.max_value, value)
        about = {
            "low": float(low) if is_real else int(low),
            "high": float(high) if is_real else int(high),
            "log": spec.scale_type is Scale.LOG,
            "step": None if is_real else 1,
        }
        return {"name": "FloatDistribution" if is_real else "IntDistribution", "attributes": about}, float(
            value
        )
    assert isinstance(spec, DiscreteSpec | CategoricalSpec)
    known = list(spec.discrete_values if isinstance(spec, DiscreteSpec) else spec.categorical_values)
    choices = known if value in known else [*known, value]
    return {"name": "CategoricalDistribution", "attributes": {"choices": choices}}, float(
        choices.index(value)
    )
