"""Converts W&B sweeps and NNI search spaces to an ``openbayes.yaml``, with remarks on what differs.

Sources: W&B's "Sweep configuration options"; NNI's "Search Space" page (version 3.0).
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from bayescore.config import YamlDocument
from bayescore.errors import ConfigError
from bayescore.exchange.openbayes_yaml import (
    Spec,
    as_text,
    integer_range,
    listed,
    project_text,
    real_range,
    stepped_range,
)
from bayescore.i18n import Text, text
from bayescore.trials.parameters import command_line

_Base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[valid-type, misc]
    """The safe loader, which also reads ``1e-5`` as a number: YAML 1.1 wants a point and a sign."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+.0123456789")
)
_MALFORMED = (TypeError, ValueError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError)
_ALGORITHMS = {"bayes": "Bayesian", "random": "Random", "grid": "Grid"}
_NNI_TUNERS = {"GridSearch": "Grid", "Random": "Random"}
_SWEEP_KEYS = {
    "method",
    "metric",
    "parameters",
    "program",
    "command",
    "run_cap",
    "name",
    "project",
    "entity",
    "description",
}
_NNI_KEYS = {
    "searchSpace", "searchSpaceFile", "trialCommand", "trialConcurrency", "maxTrialNumber", "tuner",
    "experimentName", "trialCodeDirectory", "trainingService",
}  # fmt: skip
_EARLY_STOPPING = ("early_terminate", "assessor")  # of a sweep, of an experiment
# Words of the default command: "${env} ${interpreter} ${program} ${args}".
_USUAL_WORD = re.compile(r"\$\{(env|interpreter|program|args|args_no_hyphens)\}$|/usr/bin/env$|python[\d.]*$")
_DEVIATIONS = 3.0  # of a normal distribution, to both sides of its mean, become the range
_TRIALS = 30


@dataclass(frozen=True)
class ConvertedSpace:
    """An ``openbayes.yaml``, and remarks on what differs from the source."""

    file_text: str
    remarks: tuple[Text, ...]


def convert_space(content: str) -> ConvertedSpace:
    """Convert a W&B sweep or an NNI search space or experiment, as YAML or JSON.

    Raises
    ------
    ConfigError
        When the content is neither, or malformed.
    """
    try:
        # YamlDocument refuses content that is nested too deeply or expands too much by aliases
        is_bounded = YamlDocument.parse(content).error is None
        found = yaml.load(content, Loader=_Loader) if is_bounded else None  # noqa: S506  a safe loader
    except (yaml.YAMLError, ValueError, RecursionError):
        found = None
    try:
        converted = _converted(found) if isinstance(found, dict) else None
    except _MALFORMED as error:
        raise ConfigError(
            text("A parameter of this file is malformed: {reason}.", reason=error),
            text("Correct the file."),
        ) from None
    if converted is not None:
        return converted
    raise ConfigError(
        text("This is neither a W&B sweep nor an NNI search space."),
        text("A sweep has “method” and “parameters”; a search space has a “_type” for each parameter."),
    )


def _converted(found: Mapping[str, Any]) -> ConvertedSpace | None:
    if isinstance(found.get("parameters"), dict) and "method" in found:
        return _from_wandb(found)
    if isinstance(found.get("searchSpace"), dict):
        return _from_nni(found["searchSpace"], found)
    if found and all(isinstance(v, dict) and "_type" in v for v in found.values()):
        return _from_nni(found, {})
    return None


def _from_wandb(sweep: Mapping[str, Any]) -> ConvertedSpace:
    remarks = _unsupported(sweep, _SWEEP_KEYS)
    specs: list[Spec] = []
    fixed: dict[str, Any] = {}
    for name, entry in _flat(sweep["parameters"]):
        spec, remark = _sweep_parameter(name, entry)
        if remark is not None:
            remarks.append(remark)
        if spec is None and "value" in entry:
            fixed[name] = entry["value"]
        elif spec is not None:
            specs.append(spec)
    metric = sweep.get("metric") if isinstance(sweep.get("metric"), dict) else {}
    assert isinstance(metric, dict)
    if not metric.get("name"):
        remarks.append(
            text("The sweep has no metric. Replace “{name}” with the name of your metric.", name="objective")
        )
    algorithm = _ALGORITHMS.get(str(sweep["method"]), "Bayesian")
    if algorithm == "Grid" and any(s["type"] in ("DOUBLE", "INTEGER") for s in specs):
        algorithm = "Random"
        remarks.append(
            text("Grid search needs lists of values, but there is a range. The algorithm is now Random.")
        )
    if "${args_no_hyphens}" in _words(sweep.get("command")):
        remarks.append(
            text(
                "The sweep passes parameters as name=value: write {line} into openbayes.local.yaml.",
                line='parameters_as: "{name}={value}"',
            )
        )
    program = str(sweep.get("program") or "")
    if unused := [w for w in _words(sweep.get("command")) if w != program and not _USUAL_WORD.match(w)]:
        remarks.append(
            text("These words of the sweep's command are not used: {words}.", words=" ".join(unused))
        )
    cap = sweep.get("run_cap")
    file_text = project_text(
        specs,
        metric=str(metric.get("name") or "objective"),
        goal="MAXIMIZE" if metric.get("goal") == "maximize" else "MINIMIZE",
        algorithm=algorithm,
        command=_sweep_command(sweep, fixed),
        trials=cap if isinstance(cap, int) else _TRIALS,
        source="W&B",
    )
    return ConvertedSpace(file_text, tuple(remarks))


def _words(command: Any) -> list[str]:
    return [str(word) for word in command] if isinstance(command, list) else str(command or "").split()


def _flat(parameters: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Mapping[str, Any]]]:
    """Parameters by name; nested ones are named ``outer.inner``, as W&B shows them."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    for name, entry in parameters.items():
        if isinstance(entry, dict) and isinstance(entry.get("parameters"), dict):
            found += _flat(entry["parameters"], f"{prefix}{name}.")
        else:
            found.append((f"{prefix}{name}", entry if isinstance(entry, dict) else {"value": entry}))
    return found


def _sweep_command(sweep: Mapping[str, Any], fixed: Mapping[str, Any]) -> str:
    """Command with the fixed parameters; the sweep's own command, a list with macros, is not used."""
    program = str(sweep.get("program") or "main.py")
    command = f"python {shlex.quote(program)}" if program.endswith(".py") else program
    return command_line(command, {name: as_text(value) for name, value in fixed.items()})


def _sweep_parameter(name: str, entry: Mapping[str, Any]) -> tuple[Spec | None, Text | None]:
    kind = str(entry.get("distribution") or "")
    if "value" in entry or kind == "constant":
        return None, None
    if "values" in entry:
        spec, remark = listed(name, entry["values"])
        if entry.get("probabilities"):
            remark = text(
                "{name}: probabilities are not supported; all values are equally likely.", name=name
            )
        return spec, remark
    low, high = entry.get("min"), entry.get("max")
    if kind.endswith("normal"):
        return _normal(name, kind, entry.get("mu", 0), entry.get("sigma", 1), entry.get("q"))
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        return None, text("{name}: left out, because it has neither a range nor values.", name=name)
    if kind in ("log_uniform", "q_log_uniform", "inv_log_uniform"):  # the ends are exponents of e
        low, high = math.exp(low), math.exp(high)
        if kind.startswith("inv"):
            low, high = 1 / high, 1 / low
    if kind.startswith("q_"):
        return _quantised(name, low, high, entry.get("q", 1), log="log" in kind)
    is_whole = kind == "int_uniform" or (not kind and isinstance(low, int) and isinstance(high, int))
    return (integer_range if is_whole else real_range)(name, low, high, log="log" in kind), None


def _quantised(name: str, low: float, high: float, step: float, *, log: bool) -> tuple[Spec, Text | None]:
    if not log:
        return stepped_range(name, low, high, step)
    is_whole = all(float(v).is_integer() for v in (low, high, step))
    remark = text("{name}: steps on a log scale are not supported; the range has no steps.", name=name)
    return (integer_range if is_whole else real_range)(name, low, high, log=True), remark


def _normal(name: str, kind: str, mean: float, deviation: float, step: float | None) -> tuple[Spec, Text]:
    low, high = mean - _DEVIATIONS * deviation, mean + _DEVIATIONS * deviation
    log = "log" in kind
    if log:
        low, high = math.exp(low), math.exp(high)
    remark = text(
        "{name}: the normal distribution became a range of three deviations around its mean.", name=name
    )
    if step and not log:
        return stepped_range(name, low, high, step)[0], remark
    return real_range(name, low, high, log=log), remark


def _from_nni(space: Mapping[str, Any], experiment: Mapping[str, Any]) -> ConvertedSpace:
    remarks = _unsupported(experiment, _NNI_KEYS)
    specs: list[Spec] = []
    for name, entry in space.items():
        spec, remark = _nni_parameter(name, str(entry["_type"]), entry.get("_value", []))
        if remark is not None:
            remarks.append(remark)
        if spec is not None:
            specs.append(spec)
    tuner = experiment.get("tuner") if isinstance(experiment.get("tuner"), dict) else {}
    assert isinstance(tuner, dict)
    arguments = tuner.get("classArgs") if isinstance(tuner.get("classArgs"), dict) else {}
    assert isinstance(arguments, dict)
    remarks.append(
        text(
            "NNI does not name the objective. Report it with log_metric('{name}', value), "
            "and read the parameters from the command line.",
            name="objective",
        )
    )
    most = experiment.get("maxTrialNumber")
    algorithm = _NNI_TUNERS.get(str(tuner.get("name")), "Bayesian")
    if algorithm == "Grid" and any(s["type"] in ("DOUBLE", "INTEGER") for s in specs):
        algorithm = "Random"
        remarks.append(
            text("Grid search needs lists of values, but there is a range. The algorithm is now Random.")
        )
    file_text = project_text(
        specs,
        metric="objective",
        goal="MINIMIZE" if arguments.get("optimize_mode") == "minimize" else "MAXIMIZE",
        algorithm=algorithm,
        command=str(experiment.get("trialCommand") or "python main.py"),
        trials=most if isinstance(most, int) else _TRIALS,
        parallel=at_a_time if isinstance(at_a_time := experiment.get("trialConcurrency"), int) else 1,
        source="NNI",
    )
    return ConvertedSpace(file_text, tuple(remarks))


def _nni_parameter(name: str, kind: str, value: Sequence[Any]) -> tuple[Spec | None, Text | None]:
    if kind == "choice":
        if any(isinstance(v, dict) for v in value):
            return None, text("{name}: left out, because nested choices are not supported.", name=name)
        return listed(name, value)
    if kind == "randint":  # the upper end is exclusive
        return integer_range(name, value[0], value[1] - 1), None
    if kind == "loguniform" and value[0] <= 0:
        low, high = math.exp(value[0]), math.exp(value[1])
        remark = text(
            "{name}: the ends of a log range must be positive; {low} and {high} were read as exponents of e.",
            name=name,
            low=value[0],
            high=value[1],
        )
        return real_range(name, low, high, log=True), remark
    if kind in ("uniform", "loguniform"):
        return real_range(name, value[0], value[1], log=kind == "loguniform"), None
    if kind in ("quniform", "qloguniform"):
        return _quantised(name, value[0], value[1], value[2], log=kind == "qloguniform")
    if kind in ("normal", "lognormal", "qnormal", "qlognormal"):
        return _normal(name, kind, value[0], value[1], value[2] if len(value) > 2 else None)
    return None, text("{name}: left out, because “{kind}” is not supported.", name=name, kind=kind)


def _unsupported(found: Mapping[str, Any], known: set[str]) -> list[Text]:
    unused = [str(key) for key in found if key not in known and key not in _EARLY_STOPPING]
    remarks = [text("Not supported, and left out: {names}.", names=", ".join(unused))] if unused else []
    remarks += [
        text(
            "“{name}” was left out. To stop hopeless trials early, write “{line}” into openbayes.local.yaml.",
            name=key,
            line="early_stopping: true",
        )
        for key in _EARLY_STOPPING
        if key in found
    ]
    return remarks
