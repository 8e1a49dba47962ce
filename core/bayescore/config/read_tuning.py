"""Reading the ``hyper_tuning`` section."""

from __future__ import annotations

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
)
from bayescore.config.read_specs import read_specs
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
_GOALS = {"MAXIMIZE": "MAXIMIZE", "MINIMIZE": "MINIMIZE"}
_ALGORITHMS = {a.value: a.value for a in Algorithm}


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
    specs = read_specs(reader, (SECTION, "parameter_specs"))
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


def _max_job_count(reader: Reader) -> int | None:
    path = (SECTION, "max_job_count")
    if reader.value(path) is None:
        reader.missing(path)
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
        reader.missing(path)
    elif not (metric or "").strip() and not isinstance(reader.value(path), dict | list):
        reader.error("empty-metric", path, text("The name of the objective metric is empty."))
        return None
    return metric


def _required_choice(reader: Reader, key: str, spellings: dict[str, str]) -> str | None:
    path = (SECTION, key)
    if reader.value(path) in (None, ""):
        reader.missing(path)
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
