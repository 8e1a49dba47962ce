"""Builds an ``openbayes.yaml`` from the parameters of another tool."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from bayescore.config.models import Scale
from bayescore.errors import ConfigError
from bayescore.i18n import Text, text

MOST_STEPS = 100  # of a range that is written as a list of values
MOST_PARAMETERS = 1000
_MOST_CHOICES = 10_000  # of one parameter
Spec = dict[str, Any]


def project_text(
    specs: Sequence[Spec],
    *,
    metric: str,
    goal: str,
    algorithm: str = "Bayesian",
    command: str = "python main.py",
    trials: int = 30,
    parallel: int = 1,
    source: str,
) -> str:
    """Text of the file, with defaults for everything but the parameters.

    Parameters
    ----------
    source
        Where the parameters come from, for a comment in the first line.

    Raises
    ------
    ConfigError
        When there are too many parameters.
    """
    if len(specs) > MOST_PARAMETERS:
        raise ConfigError(
            text(
                "{source} has {count} parameters; at most {most} can be tuned.",
                source=source,
                count=len(specs),
                most=MOST_PARAMETERS,
            )
        )
    tuning = {
        "max_job_count": max(1, min(trials, 100)),
        "parallel_count": max(1, parallel),
        "hyperparameter_metric": metric,
        "goal": goal,
        "algorithm": algorithm,
        "side_metrics": [],
        "parameter_specs": list(specs),
    }
    content = {
        "data_bindings": [],
        "resource": "rtx-4090",
        "env": "pytorch-2.6-2204",
        "command": command,
        "node": 1,
        "parameters": {},
        "hyper_tuning": tuning,
    }
    return f"# from {_comment(source)}\n" + yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def baseline_text(defaults: Mapping[str, int | float | str]) -> str:
    """Line of an ``openbayes.local.yaml`` with the parameter set that is tried first."""
    return yaml.safe_dump(
        {"baseline": dict(defaults)},
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=None,
        width=10**6,
    )


def _comment(words: str) -> str:
    """Text of unknown origin for a comment: without line breaks, which would end the comment."""
    return "".join(c if c.isprintable() else " " for c in words)[:200]


def real_range(name: str, low: float, high: float, *, log: bool = False) -> Spec:
    """Spec of a DOUBLE."""
    return _range(name, "DOUBLE", float(low), float(high), log)


def integer_range(name: str, low: float, high: float, *, log: bool = False) -> Spec:
    """Spec of an INTEGER."""
    return _range(name, "INTEGER", int(low), int(high), log)


def _range(name: str, kind: str, low: float, high: float, log: bool) -> Spec:
    scale = Scale.LOG if log and low > 0 else Scale.LINEAR
    return {"name": name, "type": kind, "min_value": low, "max_value": high, "scale_type": str(scale)}


def stepped_range(name: str, low: float, high: float, step: float) -> tuple[Spec, Text | None]:
    """Spec of a range with steps: a list of values, or with too many of them a range, with a remark.

    Raises
    ------
    ValueError
        When the step is not positive, or a number is not finite.
    """
    if not (step > 0 and all(map(math.isfinite, (low, high, step)))):
        raise ValueError(f"{name}: {low} … {high}, step {step}")
    is_whole = all(float(v).is_integer() for v in (low, high, step))
    count = math.floor((high - low) / step + 1e-9) + 1
    if count > MOST_STEPS:
        remark = text("{name}: {count} steps became a range without steps.", name=name, count=count)
        return (integer_range if is_whole else real_range)(name, low, high), remark
    values = [low + i * step for i in range(count)]
    rounded = [int(v) for v in values] if is_whole else [float(f"{v:.12g}") for v in values]
    return {"name": name, "type": "DISCRETE", "discrete_values": rounded}, None


def listed(name: str, values: Sequence[Any]) -> tuple[Spec, Text | None]:
    """Spec of a list of values: DISCRETE for numbers, else CATEGORICAL, with a remark if values become text.

    Raises
    ------
    ValueError
        When there are too many values.
    """
    if len(values) > _MOST_CHOICES:
        raise ValueError(f"{name}: {len(values)} > {_MOST_CHOICES}")
    if values and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        numbers = sorted(dict.fromkeys(values))
        return {"name": name, "type": "DISCRETE", "discrete_values": numbers}, None
    texts = [as_text(v) for v in values]
    spec: Spec = {"name": name, "type": "CATEGORICAL", "categorical_values": list(dict.fromkeys(texts))}
    if all(isinstance(v, str) for v in values):
        return spec, None
    return spec, text("{name}: the program gets all values as text.", name=name)


def as_text(value: Any) -> str:
    """A value as it is passed on the program's command line."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping | list | tuple):
        return yaml.safe_dump(value, default_flow_style=True, allow_unicode=True).strip()
    return str(value)
