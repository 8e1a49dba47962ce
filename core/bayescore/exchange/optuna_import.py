"""Import of a study from Optuna's SQLite storage.

The tables are those of ``optuna.storages._rdb.models``, schema version 12 (Optuna 3 to 5). They are read
directly and not by Optuna, because a storage may come from a stranger: Optuna opens the file for writing,
runs whatever its views and triggers contain, and loads all trials without a limit.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from bayescore.config.known_sets import MOST_SETS
from bayescore.errors import ConfigError
from bayescore.exchange.openbayes_yaml import (
    MOST_PARAMETERS,
    Spec,
    as_text,
    integer_range,
    listed,
    project_text,
    real_range,
    stepped_range,
)
from bayescore.exchange.optuna_storage import open_storage
from bayescore.exchange.study import MOST_TRIALS, Study, StudyTrial, finite
from bayescore.i18n import Text, ntext, text
from bayescore.store import TrialState

MAGIC = b"SQLite format 3\x00"  # first bytes of an SQLite file
_SCHEMA = 12
_MOST_STUDIES = 1000
_MOST_VALUES = 1_000_000  # of parameters, in all trials
_MOST_TEXT = 64 * 2**20  # characters of all distributions, which are stored with each trial
_MOST_INTERMEDIATE = 1_000_000  # intermediate values
_MOST_FIXED = 64 * 2**10  # characters of the parameters of a waiting trial
_LIMITS = (
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
        _MOST_INTERMEDIATE,
    ),
)
_MALFORMED = (
    sqlite3.DatabaseError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
_STATES = {"COMPLETE": TrialState.SUCCEEDED, "PRUNED": TrialState.STOPPED_EARLY, "FAIL": TrialState.FAILED}


def read_optuna(file: Path, *, study: str | None = None, metric: str = "objective") -> Study:
    """Read a study and its trials.

    Parameters
    ----------
    study
        Name of the study; needed when the storage has several.
    metric
        Name to give to the objective, which has none in the storage.

    Raises
    ------
    ConfigError
        When the file is not an Optuna storage, or the study is missing, has several objectives, or is too
        large.
    """
    try:
        with closing(open_storage(file)) as storage:
            identifier, name = _find_study(storage, file, study)
            goal = _goal(storage, identifier, name)
            _check_size(storage, identifier, name)
            found = list(_trials(storage, identifier, metric))
            distributions = _distributions(storage, identifier)
            known = list(_waiting(storage, identifier, distributions))
        ended = tuple(t for t in found if t is not None)
        specs, remarks = _specs(distributions, len(ended))
    except _MALFORMED as error:
        raise ConfigError(
            text("{file} is not an Optuna storage: {reason}.", file=file, reason=error),
            text("Give the SQLite file of a study."),
        ) from None
    if known:
        remarks.append(
            ntext(
                "{count} waiting trial is a known set of the job: a project made from it tries it first.",
                "{count} waiting trials are known sets of the job: a project made from it tries them first.",
                len(known),
            )
        )
    if (unfinished := len(found) - len(ended) - len(known)) > 0:
        remarks.append(
            ntext(
                "{count} trial had not ended and was left out.",
                "{count} trials had not ended and were left out.",
                unfinished,
            )
        )
    file_text = project_text(specs, metric=metric, goal=goal, trials=len(ended), source=f"Optuna, {name}")
    return Study(name, f"Optuna, {file.name}", file_text, ended, tuple(remarks), tuple(known))


def _find_study(storage: sqlite3.Connection, file: Path, name: str | None) -> tuple[int, str]:
    """Identifier and name of the named study, or of the only one."""
    (version,) = storage.execute("SELECT schema_version FROM version_info").fetchone()
    if version != _SCHEMA:
        raise ConfigError(
            text(
                "{file} has schema version {version} of Optuna; only version {known} can be read.",
                file=file,
                version=version,
                known=_SCHEMA,
            ),
            text("Upgrade it with: optuna storage upgrade --storage sqlite:///{file}", file=file),
        )
    studies = storage.execute("SELECT study_id, study_name FROM studies ORDER BY study_id").fetchmany(
        _MOST_STUDIES
    )
    chosen = [s for s in studies if name in (None, s[1])]
    if not studies:
        raise ConfigError(text("{file} has no study.", file=file))
    if len(chosen) != 1:
        names = ", ".join(s[1] for s in studies)
        message = (
            text("{file} has several studies: {names}.", file=file, names=names)
            if name is None
            else text("{file} has no study “{name}”. It has: {names}.", file=file, name=name, names=names)
        )
        raise ConfigError(message, text("Choose one with --study NAME."))
    return int(chosen[0][0]), str(chosen[0][1])


def _goal(storage: sqlite3.Connection, study: int, name: str) -> str:
    rows = storage.execute("SELECT direction FROM study_directions WHERE study_id = ?", (study,)).fetchall()
    if len(rows) != 1:
        raise ConfigError(
            text("The study {name} has {count} objectives; a job has one.", name=name, count=len(rows)),
            text("Export one of them as a table, and import the table."),
        )
    return "MAXIMIZE" if rows[0][0] == "MAXIMIZE" else "MINIMIZE"


def _check_size(storage: sqlite3.Connection, study: int, name: str) -> None:
    for query, most in _LIMITS:
        (size,) = storage.execute(query, (study,)).fetchone()
        if size is not None and size > most:
            raise ConfigError(
                text(
                    "The study {name} is too large to import: {size}, at most {most}.",
                    name=name,
                    size=size,
                    most=most,
                ),
                text("Export part of it as a table, and import the table."),
            )


def _distributions(storage: sqlite3.Connection, study: int) -> dict[str, list[dict[str, Any]]]:
    """Distributions of each parameter, one for each ended trial with it."""
    found: dict[str, list[dict[str, Any]]] = {}
    query = """SELECT p.param_name, p.distribution_json FROM trial_params p JOIN trials t USING (trial_id)
               WHERE t.study_id = ? AND t.state IN ('COMPLETE', 'PRUNED', 'FAIL') ORDER BY p.param_id"""
    for name, written in storage.execute(query, (study,)):
        found.setdefault(name, []).append(_parsed(written))
    return found


def _waiting(
    storage: sqlite3.Connection, study: int, distributions: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[Mapping[str, Any]]:
    """Parameters of the trials that were enqueued and have not begun, as far as their values can be kept."""
    query = """SELECT a.value_json FROM trial_system_attributes a JOIN trials t USING (trial_id)
               WHERE t.study_id = ? AND t.state = 'WAITING' AND a.key = 'fixed_params'
               AND length(a.value_json) <= ? ORDER BY t.number LIMIT ?"""
    for (written,) in storage.execute(query, (study, _MOST_FIXED, MOST_SETS)):
        found = {
            name: value if _is_number(value) and not _has_texts(distributions[name][0]) else as_text(value)
            for name, value in dict(json.loads(written)).items()
            if name in distributions
        }
        if found and all(isinstance(v, str) or math.isfinite(v) for v in found.values()):
            yield found


def _has_texts(distribution: Mapping[str, Any]) -> bool:
    """Whether the values of a parameter are choices, of which one is no number."""
    choices = distribution["attributes"].get("choices")
    return choices is not None and not _all_numbers(choices)


@lru_cache(maxsize=10_000)
def _parsed(written: str) -> dict[str, Any]:
    """A distribution; cached, because most trials have the same."""
    return dict(json.loads(written))


def _specs(by_name: Mapping[str, list[dict[str, Any]]], trials: int) -> tuple[list[Spec], list[Text]]:
    """Parameter specs, and remarks on what differs from the study."""
    specs: list[Spec] = []
    remarks: list[Text] = []
    for name, distributions in by_name.items():
        different = {json.dumps(d, sort_keys=True) for d in distributions}
        spec, remark = _spec(name, distributions)
        specs.append(spec)
        if remark is not None:
            remarks.append(remark)
        if len(different) > 1:
            remarks.append(
                text("{name}: the range changed during the study; the widest one is used.", name=name)
            )
        if len(distributions) < trials:
            remarks.append(
                ntext(
                    "{name}: only {count} of {trials} trials has it; the search does not use the others.",
                    "{name}: only {count} of {trials} trials have it; the search does not use the others.",
                    len(distributions),
                    name=name,
                    trials=trials,
                )
            )
    return specs, remarks


def _spec(name: str, distributions: Sequence[dict[str, Any]]) -> tuple[Spec, Text | None]:
    kind, attributes = distributions[0]["name"], [d["attributes"] for d in distributions]
    if kind == "CategoricalDistribution":
        return listed(name, attributes[0]["choices"])
    low, high = min(a["low"] for a in attributes), max(a["high"] for a in attributes)
    log, step = attributes[0].get("log", False), attributes[0].get("step")
    if kind == "IntDistribution" and step in (None, 1):
        return integer_range(name, low, high, log=log), None
    if step:
        return stepped_range(name, low, high, step)
    return real_range(name, low, high, log=log), None


def _trials(storage: sqlite3.Connection, study: int, metric: str) -> Iterator[StudyTrial | None]:
    """Trials in the order of their numbers; ``None`` for one that has not ended."""
    query = """SELECT trial_id, state, datetime_start, datetime_complete FROM trials
               WHERE study_id = ? ORDER BY number"""
    for identifier, state, started, ended in storage.execute(query, (study,)).fetchall():
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
        if _STATES[state] is TrialState.STOPPED_EARLY:
            yield _pruned(parameters, metric, series, _utc(started), _utc(ended))
            continue
        objective = finite(value) if _STATES[state] is TrialState.SUCCEEDED else None
        last = (objective,) if objective is not None and series[-1:] != (objective,) else ()
        yield StudyTrial(
            parameters,
            objective,
            {metric: (*series, *last)},
            _STATES[state],
            _utc(started),
            _utc(ended),
        )


def _pruned(
    parameters: Mapping[str, Any],
    metric: str,
    series: tuple[float, ...],
    started: str | None,
    ended: str | None,
) -> StudyTrial:
    """A trial that was stopped early; its last value is the one that it had reached."""
    reason = ntext(
        "Pruned by Optuna after {count} report.", "Pruned by Optuna after {count} reports.", len(series)
    )
    value = series[-1] if series else None
    return StudyTrial(
        parameters, value, {metric: series}, TrialState.STOPPED_EARLY, started, ended, reason=reason
    )


def _value(stored: float, distribution: Mapping[str, Any]) -> Any:
    """Value of a parameter. Optuna stores every value as a float, a choice as its index."""
    kind, attributes = distribution["name"], distribution["attributes"]
    if kind == "CategoricalDistribution":
        chosen = attributes["choices"][int(stored)]
        return chosen if _all_numbers(attributes["choices"]) else as_text(chosen)
    if kind == "IntDistribution":
        return int(stored)
    return float(f"{stored:.12g}") if attributes.get("step") else stored


def _all_numbers(values: Sequence[Any]) -> bool:
    return all(map(_is_number, values))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _utc(written: str | None) -> str | None:
    """A time in UTC. Optuna stores local times without a zone."""
    if not written:
        return None
    return datetime.fromisoformat(written).astimezone(UTC).isoformat()
