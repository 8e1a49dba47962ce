"""Reading the ``hyper_tuning`` section."""

from __future__ import annotations

import math
import re
from typing import Any

from bayescore.config.models import (
    MAX_TRIALS,
    Algorithm,
    CategoricalSpec,
    DiscreteSpec,
    DoubleSpec,
    Goal,
    HyperTuning,
    IntegerSpec,
    ParameterSpec,
    Scale,
)
from bayescore.config.reader import Reader
from bayescore.config.yamltext import Path
from bayescore.i18n import text

SECTION = "hyper_tuning"
KEYS = (
    "max_job_count",
    "parallel_count",
    "hyperparameter_metric",
    "goal",
    "algorithm",
    "parameter_specs",
    "side_metrics",
)
SPEC_KEYS = {
    "DOUBLE": ("name", "type", "min_value", "max_value", "scale_type"),
    "INTEGER": ("name", "type", "min_value", "max_value", "scale_type"),
    "DISCRETE": ("name", "type", "discrete_values"),
    "CATEGORICAL": ("name", "type", "categorical_values"),
}
_ALL_SPEC_KEYS = tuple(dict.fromkeys(key for keys in SPEC_KEYS.values() for key in keys))
_GOALS = {"MAXIMIZE": "MAXIMIZE", "MINIMIZE": "MINIMIZE"}
_ALGORITHMS = {a.value: a.value for a in Algorithm}
_SCALES = {s.value: s.value for s in Scale}
_TYPES = {t: t for t in SPEC_KEYS}
_OPTION_NAME = re.compile(r"[^\W\d]|[^\W]", re.UNICODE)
_NOT_IN_OPTION = re.compile(r"[\s=\x00-\x1f\x7f'\"]")


def read_tuning(reader: Reader) -> HyperTuning | None:
    """Read the section; ``None`` when there are errors."""
    path: Path = (SECTION,)
    section = reader.mapping(path)
    if not section:
        if not reader.has(path) or reader.value(path) in (None, {}):
            reader.error(
                "missing-key",
                path,
                text("There is no “{key}” section, so there is nothing to tune.", key=SECTION),
                key=True,
            )
        return None
    before = len(reader.problems)
    reader.unknown_keys(path, KEYS)
    count = _max_job_count(reader)
    parallel = _parallel_count(reader, count)
    metric = _metric(reader)
    goal = _required_choice(reader, "goal", _GOALS)
    algorithm = _required_choice(reader, "algorithm", _ALGORITHMS)
    specs = _specs(reader)
    side = _side_metrics(reader, metric)
    if algorithm == Algorithm.GRID and specs:
        _check_grid(reader, specs, count)
    failed = any(p.severity == "error" for p in reader.problems[before:])
    if failed or not (count and metric and goal and algorithm and specs):
        return None
    return HyperTuning(
        max_job_count=count,
        parallel_count=parallel,
        hyperparameter_metric=metric,
        goal=Goal(goal),
        algorithm=Algorithm(algorithm),
        parameter_specs=tuple(specs),
        side_metrics=tuple(side),
    )


def _missing(reader: Reader, path: Path) -> None:
    reader.error("missing-key", path, text("“{key}” is missing.", key=path[-1]), key=True)


def _max_job_count(reader: Reader) -> int | None:
    path = (SECTION, "max_job_count")
    if reader.value(path) is None:
        _missing(reader, path)
        return None
    count = reader.integer(path)
    if count is not None and not 1 <= count <= MAX_TRIALS:
        nearest = min(max(count, 1), MAX_TRIALS)
        reader.error(
            "max-job-count-range",
            path,
            text(
                "The number of trials must be between 1 and {limit}; it is {count}.",
                limit=MAX_TRIALS,
                count=count,
            ),
            fix=(text("Change to {value}", value=nearest), lambda: reader.document.set(path, nearest)),
        )
        return None
    return count


def _parallel_count(reader: Reader, count: int | None) -> int:
    path = (SECTION, "parallel_count")
    parallel = reader.integer(path, allow_quoted=True)
    if parallel is None:
        return 1
    if count and parallel > count:
        reader.warning(
            "parallel-too-large",
            path,
            text(
                "parallel_count is {parallel}, but max_job_count is only {count}.",
                parallel=parallel,
                count=count,
            ),
            fix=(text("Change to {value}", value=count), lambda: reader.document.set(path, count)),
        )
    if parallel < 1:
        reader.hint("parallel-too-small", path, text("parallel_count is less than 1; 1 is used."))
    return max(1, parallel)


def _metric(reader: Reader) -> str | None:
    path = (SECTION, "hyperparameter_metric")
    metric = reader.text(path)
    if metric is None and not reader.has(path):
        _missing(reader, path)
    elif not (metric or "").strip() and not isinstance(reader.value(path), dict | list):
        reader.error("empty-metric", path, text("The name of the objective metric is empty."))
        return None
    return metric


def _required_choice(reader: Reader, key: str, spellings: dict[str, str]) -> str | None:
    path = (SECTION, key)
    if reader.value(path) in (None, ""):
        _missing(reader, path)
        return None
    return reader.choice(path, spellings)


def _side_metrics(reader: Reader, metric: str | None) -> list[str]:
    path = (SECTION, "side_metrics")
    names: dict[str, None] = {}
    for i, _ in enumerate(reader.list(path) or []):
        name = reader.text((*path, i))
        if name is None or not name.strip():
            reader.warning("empty-metric", (*path, i), text("A side metric without a name is ignored."))
        elif name == metric:
            reader.warning(
                "side-metric-is-objective",
                (*path, i),
                text("“{name}” is already the objective.", name=name),
                fix=(text("Remove it"), lambda i=i: reader.document.remove((*path, i))),  # type: ignore[misc]
            )
        elif name in names:
            reader.warning("repeated-value", (*path, i), text("“{name}” is listed twice.", name=name))
        else:
            names[name] = None
    return [*names]


# ---- parameter specs


def _specs(reader: Reader) -> list[ParameterSpec]:
    path: Path = (SECTION, "parameter_specs")
    items = reader.list(path)
    if items is None and not reader.has(path):
        _missing(reader, path)
        return []
    if not items and not isinstance(reader.value(path), dict | str):
        reader.error("empty-values", path, text("There is no parameter to tune yet."))
        return []
    specs: list[ParameterSpec] = []
    names: set[str] = set()
    for i, _ in enumerate(items or []):
        spec = _spec(reader, (*path, i), names)
        if spec is not None:
            specs.append(spec)
    return specs


def _spec(reader: Reader, path: Path, names: set[str]) -> ParameterSpec | None:
    if reader.mapping(path) is None:
        if reader.value(path) is None:
            reader.error("wrong-type", path, text("An item in the list of parameters is empty."))
        return None
    name = _name(reader, path, names)
    if reader.value((*path, "type")) in (None, ""):
        _missing(reader, (*path, "type"))
        kind = None
    else:
        kind = reader.choice((*path, "type"), _TYPES)
    reader.unknown_keys(path, _ALL_SPEC_KEYS)
    if kind is None:
        return None
    for key in _ALL_SPEC_KEYS:
        if key not in SPEC_KEYS[kind] and reader.value((*path, key)) is not None:
            reader.hint(
                "unused-key",
                (*path, key),
                text("“{key}” has no effect on a parameter of type {kind}.", key=key, kind=kind),
                key=True,
                fix=(text("Remove it"), lambda key=key: reader.document.remove((*path, key))),  # type: ignore[misc]
            )
    make = {"DOUBLE": _range, "INTEGER": _range, "DISCRETE": _discrete, "CATEGORICAL": _categorical}[kind]
    return make(reader, path, name, kind)


def _name(reader: Reader, path: Path, names: set[str]) -> str | None:
    at = (*path, "name")
    name = reader.text(at)
    if name is None or not name:
        if not isinstance(reader.value(at), dict | list):
            _missing(reader, at)
        return None
    if name in names:
        reader.error("duplicate-name", at, text("Two parameters have the name “{name}”.", name=name))
        return None
    names.add(name)
    if _NOT_IN_OPTION.search(name) or not _OPTION_NAME.match(name):
        suggested = re.sub(r"\W+", "_", name).strip("_")
        reader.error(
            "bad-name",
            at,
            text(
                "“{name}” cannot be passed to a program as --{name}=value: "
                "use letters, digits, “_”, “-” and “.”.",
                name=name,
            ),
            fix=(text("Change to {value}", value=suggested), lambda: reader.document.set(at, suggested))
            if suggested
            else None,
        )
        return None
    return name


def _range(reader: Reader, path: Path, name: str | None, kind: str) -> ParameterSpec | None:
    bounds: list[Any] = []
    for key in ("min_value", "max_value"):
        at = (*path, key)
        if reader.value(at) is None:
            _missing(reader, at)
        bounds.append(reader.integer(at) if kind == "INTEGER" else reader.number(at))
    scale = Scale.LINEAR
    if reader.value((*path, "scale_type")) not in (None, ""):
        scale = Scale(reader.choice((*path, "scale_type"), _SCALES) or Scale.LINEAR)
    low, high = bounds
    if low is None or high is None:
        return None
    if low > high:
        reader.error(
            "min-above-max",
            (*path, "min_value"),
            text("min_value {low} is greater than max_value {high}.", low=low, high=high),
            fix=(text("Swap them"), lambda: _swap_bounds(reader, path, low, high)),
        )
        return None
    if low == high:
        reader.hint(
            "min-equals-max",
            (*path, "min_value"),
            text("min_value equals max_value, so “{name}” is always {low}.", name=name or "", low=low),
        )
    if scale is Scale.LOG and low <= 0:
        reader.error(
            "log-needs-positive",
            (*path, "min_value"),
            text("A logarithmic scale needs a min_value above 0; it is {low}.", low=low),
            fix=(
                text("Use a linear scale"),
                lambda: reader.document.set((*path, "scale_type"), Scale.LINEAR.value),
            ),
        )
        return None
    if name is None:
        return None
    if kind == "INTEGER":
        return IntegerSpec(name=name, min_value=low, max_value=high, scale_type=scale)
    if not math.isfinite(float(high) - float(low)):
        reader.error("range-too-wide", (*path, "max_value"), text("The range is too wide to search."))
        return None
    return DoubleSpec(name=name, min_value=low, max_value=high, scale_type=scale)


def _swap_bounds(reader: Reader, path: Path, low: Any, high: Any) -> Any:
    from bayescore.config.yamltext import Edit

    first = reader.document.apply(reader.document.set((*path, "min_value"), high))
    return Edit.between(reader.document.text, first.apply(first.set((*path, "max_value"), low)).text)


def _values(reader: Reader, path: Path, key: str) -> list[Any] | None:
    at = (*path, key)
    items = reader.list(at)
    if items is None and not reader.has(at):
        _missing(reader, at)
        return None
    if items is None and reader.value(at) is not None:
        return None
    if not items:
        reader.error("empty-values", at, text("“{key}” has no values.", key=key))
        return None
    return items


def _without_duplicates(reader: Reader, at: Path, values: list[Any]) -> tuple[Any, ...] | None:
    if any(value is None for value in values):
        return None
    kept: dict[Any, None] = {}
    for i, value in enumerate(values):
        if value in kept:
            reader.warning(
                "repeated-value",
                (*at, i),
                text("The value {value} is listed twice; it is used once.", value=value),
                fix=(text("Remove it"), lambda i=i: reader.document.remove((*at, i))),  # type: ignore[misc]
            )
        else:
            kept[value] = None
    return tuple(kept)


def _discrete(reader: Reader, path: Path, name: str | None, kind: str) -> ParameterSpec | None:
    at = (*path, f"{kind.lower()}_values")
    items = _values(reader, path, str(at[-1]))
    if items is None:
        return None
    values: list[Any] = []
    for i, item in enumerate(items):
        if item is None:
            reader.error(
                "wrong-type",
                (*at, i),
                text("“{name}” must be {expected}.", name=i, expected=text("a number")),
            )
        values.append(reader.number((*at, i)))
    unique = _without_duplicates(reader, at, values)
    return DiscreteSpec(name=name, discrete_values=unique) if unique and name else None


def _categorical(reader: Reader, path: Path, name: str | None, kind: str) -> ParameterSpec | None:
    at = (*path, f"{kind.lower()}_values")
    items = _values(reader, path, str(at[-1]))
    if items is None:
        return None
    values = [
        reader.text((*at, i)) if item is not None else reader.source((*at, i)) for i, item in enumerate(items)
    ]
    for i, item in enumerate(items):
        if not isinstance(item, dict | list) and not reader.is_string_in_all_versions((*at, i)):
            written = values[i]
            reader.hint(
                "unquoted-category",
                (*at, i),
                text(
                    "“{written}” is used as a string; the official command line requires quotes.",
                    written=written,
                ),
                fix=(
                    text("Put it in quotes"),
                    lambda i=i: reader.quoted((*at, i)),  # type: ignore[misc]
                ),
            )
    unique = _without_duplicates(reader, at, values)
    return CategoricalSpec(name=name, categorical_values=unique) if unique and name else None


def _check_grid(reader: Reader, specs: list[ParameterSpec], count: int | None) -> None:
    total = 1
    by_name = {spec.name: spec for spec in specs}
    for i, item in enumerate(reader.value((SECTION, "parameter_specs"))):
        spec = by_name.get(str(item.get("name"))) if isinstance(item, dict) else None
        if isinstance(spec, DoubleSpec | IntegerSpec):
            reader.error(
                "grid-continuous",
                (SECTION, "parameter_specs", i, "type"),
                text(
                    "Grid search tries every combination, so it supports only DISCRETE and CATEGORICAL "
                    "parameters; “{name}” is {kind}.",
                    name=spec.name,
                    kind=spec.type,
                ),
                fix=(text("Use Random"), lambda: reader.document.set((SECTION, "algorithm"), "Random")),
            )
            total = 0
        elif isinstance(spec, DiscreteSpec):
            total *= len(spec.discrete_values)
        elif isinstance(spec, CategoricalSpec):
            total *= len(spec.categorical_values)
    if count and total > count:
        path = (SECTION, "max_job_count")
        reader.warning(
            "grid-too-large",
            path,
            text(
                "The grid has {total} combinations; the job runs only the first {count}.",
                total=total,
                count=count,
            ),
            fix=(text("Change to {value}", value=total), lambda: reader.document.set(path, total))
            if total <= MAX_TRIALS
            else None,
        )
