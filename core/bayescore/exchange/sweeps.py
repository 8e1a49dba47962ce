"""Search space files of W&B sweeps and of NNI as an ``openbayes.yaml``, with what had no equivalent.

Sources: W&B's "Sweep configuration options"; NNI's "Search Space" page (version 3.0).
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from bayescore.config import YamlDocument
from bayescore.errors import ConfigError
from bayescore.exchange.spaces import Spec, as_text, choice, project_text, real, stepped, whole
from bayescore.i18n import Text, text
from bayescore.trials.parameters import command_line

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BAD = (TypeError, ValueError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError)
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
_SPREAD = 3.0  # a normal distribution becomes the range of so many deviations
_TRIALS = 30


@dataclass(frozen=True)
class Converted:
    """The file that came of it, and what is different in it."""

    file_text: str
    remarks: tuple[Text, ...]


def convert(content: str) -> Converted:
    """Whichever of the two it is.

    Raises
    ------
    ConfigError
        When it is neither.
    """
    try:
        # our own reader refuses what nests too deeply or, by its aliases, stands for too much
        sound = YamlDocument.parse(content).error is None
        found = yaml.load(content, Loader=_Loader) if sound else None  # noqa: S506  it is a safe one
    except (yaml.YAMLError, ValueError, RecursionError):
        found = None
    try:
        converted = _converted(found) if isinstance(found, dict) else None
    except _BAD as error:
        raise ConfigError(
            text("A parameter of this file is not as it should be: {reason}.", reason=error),
            text("Correct it where it comes from."),
        ) from None
    if converted is not None:
        return converted
    raise ConfigError(
        text("This is neither a sweep of W&B nor a search space of NNI."),
        text("A sweep has “method” and “parameters”, a search space a “_type” for each name."),
    )


def _converted(found: Mapping[str, Any]) -> Converted | None:
    if isinstance(found.get("parameters"), dict) and "method" in found:
        return _from_wandb(found)
    if isinstance(found.get("searchSpace"), dict):
        return _from_nni(found["searchSpace"], found)
    if found and all(isinstance(v, dict) and "_type" in v for v in found.values()):
        return _from_nni(found, {})
    return None


def _from_wandb(sweep: Mapping[str, Any]) -> Converted:
    remarks = _unused(sweep, _SWEEP_KEYS)
    specs: list[Spec] = []
    fixed: dict[str, Any] = {}
    for name, about in _flat(sweep["parameters"]):
        spec, remark = _sweep_parameter(name, about)
        if remark is not None:
            remarks.append(remark)
        if spec is None and "value" in about:
            fixed[name] = about["value"]
        elif spec is not None:
            specs.append(spec)
    metric = sweep.get("metric") if isinstance(sweep.get("metric"), dict) else {}
    assert isinstance(metric, dict)
    if not metric.get("name"):
        remarks.append(text("The sweep names no metric; write yours for “{name}”.", name="objective"))
    algorithm = _ALGORITHMS.get(str(sweep["method"]), "Bayesian")
    if algorithm == "Grid" and any(s["type"] in ("DOUBLE", "INTEGER") for s in specs):
        algorithm = "Random"
        remarks.append(text("A grid needs values, and there is a range: the algorithm became Random."))
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
    return Converted(file_text, tuple(remarks))


def _flat(parameters: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Mapping[str, Any]]]:
    """Parameters with nested ones as ``outer.inner``, as W&B shows them."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    for name, about in parameters.items():
        if isinstance(about, dict) and isinstance(about.get("parameters"), dict):
            found += _flat(about["parameters"], f"{prefix}{name}.")
        else:
            found.append((f"{prefix}{name}", about if isinstance(about, dict) else {"value": about}))
    return found


def _sweep_command(sweep: Mapping[str, Any], fixed: Mapping[str, Any]) -> str:
    """The program with what is the same in every run; the sweep's own command is a list with macros."""
    program = str(sweep.get("program") or "main.py")
    command = f"python {shlex.quote(program)}" if program.endswith(".py") else program
    return command_line(command, {name: as_text(value) for name, value in fixed.items()})


def _sweep_parameter(name: str, about: Mapping[str, Any]) -> tuple[Spec | None, Text | None]:
    kind = str(about.get("distribution") or "")
    if "value" in about or kind == "constant":
        return None, None
    if "values" in about:
        spec, remark = choice(name, about["values"])
        if about.get("probabilities"):
            remark = text("{name}: probabilities have no equivalent; all values are alike.", name=name)
        return spec, remark
    low, high = about.get("min"), about.get("max")
    if kind.endswith("normal"):
        return _normal(name, kind, about.get("mu", 0), about.get("sigma", 1), about.get("q"))
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        return None, text("{name}: has no range and no values, and was left out.", name=name)
    if kind in ("log_uniform", "q_log_uniform", "inv_log_uniform"):  # their ends are exponents of e
        low, high = math.exp(low), math.exp(high)
        if kind.startswith("inv"):
            low, high = 1 / high, 1 / low
    if kind.startswith("q_"):
        return _quantised(name, low, high, about.get("q", 1), log="log" in kind)
    is_whole = kind == "int_uniform" or (not kind and isinstance(low, int) and isinstance(high, int))
    return (whole if is_whole else real)(name, low, high, log="log" in kind), None


def _quantised(name: str, low: float, high: float, step: float, *, log: bool) -> tuple[Spec, Text | None]:
    if not log:
        return stepped(name, low, high, step)
    remark = text("{name}: steps on a log scale have no equivalent; the range is without steps.", name=name)
    return (whole if step == 1 else real)(name, low, high, log=True), remark


def _normal(name: str, kind: str, mean: float, deviation: float, step: float | None) -> tuple[Spec, Text]:
    low, high = mean - _SPREAD * deviation, mean + _SPREAD * deviation
    log = "log" in kind
    if log:
        low, high = math.exp(low), math.exp(high)
    remark = text("{name}: a normal distribution became the range of three deviations.", name=name)
    if step and not log:
        return stepped(name, low, high, step)[0], remark
    return real(name, low, high, log=log), remark


def _from_nni(space: Mapping[str, Any], about: Mapping[str, Any]) -> Converted:
    remarks = _unused(about, _NNI_KEYS)
    specs: list[Spec] = []
    for name, entry in space.items():
        spec, remark = _nni_parameter(name, str(entry["_type"]), entry.get("_value", []))
        if remark is not None:
            remarks.append(remark)
        if spec is not None:
            specs.append(spec)
    tuner = about.get("tuner") if isinstance(about.get("tuner"), dict) else {}
    assert isinstance(tuner, dict)
    arguments = tuner.get("classArgs") if isinstance(tuner.get("classArgs"), dict) else {}
    assert isinstance(arguments, dict)
    remarks.append(
        text(
            "NNI names no objective: report it with log_metric(“{name}”, …), and read the command line.",
            name="objective",
        )
    )
    most = about.get("maxTrialNumber")
    algorithm = _NNI_TUNERS.get(str(tuner.get("name")), "Bayesian")
    if algorithm == "Grid" and any(s["type"] in ("DOUBLE", "INTEGER") for s in specs):
        algorithm = "Random"
        remarks.append(text("A grid needs values, and there is a range: the algorithm became Random."))
    file_text = project_text(
        specs,
        metric="objective",
        goal="MINIMIZE" if arguments.get("optimize_mode") == "minimize" else "MAXIMIZE",
        algorithm=algorithm,
        command=str(about.get("trialCommand") or "python main.py"),
        trials=most if isinstance(most, int) else _TRIALS,
        source="NNI",
    )
    return Converted(file_text, tuple(remarks))


def _nni_parameter(name: str, kind: str, value: Sequence[Any]) -> tuple[Spec | None, Text | None]:
    if kind == "choice":
        if any(isinstance(v, dict) for v in value):
            return None, text("{name}: nested choices have no equivalent, and it was left out.", name=name)
        return choice(name, value)
    if kind == "randint":  # its upper end is not drawn
        return whole(name, value[0], value[1] - 1), None
    if kind in ("uniform", "loguniform"):
        return real(name, value[0], value[1], log=kind == "loguniform"), None
    if kind in ("quniform", "qloguniform"):
        return _quantised(name, value[0], value[1], value[2], log=kind == "qloguniform")
    if kind in ("normal", "lognormal", "qnormal", "qlognormal"):
        return _normal(name, kind, value[0], value[1], value[2] if len(value) > 2 else None)
    return None, text("{name}: “{kind}” has no equivalent, and it was left out.", name=name, kind=kind)


def _unused(found: Mapping[str, Any], known: set[str]) -> list[Text]:
    unused = [str(key) for key in found if key not in known]
    return [text("Without equivalent, and left out: {names}.", names=", ".join(unused))] if unused else []
