"""Proposes a search space from the command-line options of a program.

The source is parsed and never run.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bayescore.config.local import DEFAULT_FORM
from bayescore.exchange.declared_options import Option, calls, declared_options, literal
from bayescore.exchange.hydra_options import HYDRA_FORM, hydra_options
from bayescore.exchange.metric_writers import WrittenMetrics, written_metrics
from bayescore.exchange.openbayes_yaml import (
    Spec,
    as_text,
    baseline_text,
    integer_range,
    listed,
    project_text,
    real_range,
)
from bayescore.i18n import Text, text

# words in the name of an option that show its purpose
_FIXED = re.compile(
    r"seed|epoch|worker|gpu|device|rank|world|port|log|save|print|every|interval|path|dir|file|input|output|version|max_steps"
)
_SHARES = re.compile(r"drop|momentum|ratio|prob|fraction|beta|gamma|alpha|smooth|threshold|rate_decay")
_RATES = re.compile(r"(^|_)lr($|_)|learning_rate|weight_decay|reg|lambda|eps|decay|wd$|temperature")
_SMALLER = re.compile(r"loss|error|err$|mse|mae|rmse|perplexity|ppl|wer|cer|fid|time|latency", re.IGNORECASE)
_RATE_FACTOR = 30.0  # between the default of a rate and the ends of its range
SHORT_FORM = "-{name} {value}"
_FACTOR = 4  # the same for counts and other numbers


@dataclass(frozen=True)
class ProposedSpace:
    """Search space proposed for a program.

    Attributes
    ----------
    specs
        One for each option that looks like a hyperparameter.
    metrics
        Names that the program passes to ``log_metric``, in the order of the source.
    remarks
        Options that were left out, and why.
    written
        What the program writes its metrics to, if it does not pass them to ``log_metric``.
    form
        How the program takes parameters on its command line.
    defaults
        Of those options, by name, as the program has them.
    """

    specs: tuple[Spec, ...]
    metrics: tuple[str, ...]
    remarks: tuple[Text, ...]
    written: WrittenMetrics = field(default_factory=WrittenMetrics)
    form: str = DEFAULT_FORM
    defaults: Mapping[str, int | float | str] = field(default_factory=dict)

    def local_text(self, *, defaults_first: bool = False) -> str:
        """Text of an ``openbayes.local.yaml``; empty if the program needs none.

        Parameters
        ----------
        defaults_first
            Whether the program's defaults are the baseline, which is tried before the search begins.
        """
        form = "" if self.form == DEFAULT_FORM else f'parameters_as: "{self.form}"\n'
        baseline = baseline_text(self.defaults) if defaults_first and self.defaults else ""
        return f"{form}{baseline}{self.written.local_text()}"

    def file_text(self, program: str, *, metric: str = "", goal: str = "", trials: int = 20) -> str:
        """Text of an ``openbayes.yaml`` for the program; a missing metric and goal are guessed."""
        chosen = metric or next(iter((*self.metrics, *self.written.names)), "accuracy")
        return project_text(
            self.specs,
            metric=chosen,
            goal=goal or likely_goal(chosen),
            command=f"python {shlex.quote(program)}",
            trials=trials,
            source=program,
        )


def likely_goal(metric: str) -> str:
    """``MINIMIZE`` for a metric named like a loss or a cost, else ``MAXIMIZE``."""
    return "MINIMIZE" if _SMALLER.search(metric) else "MAXIMIZE"


def propose_space(
    source: str,
    metric: str = "",
    modules: Iterable[str] = (),
    read: Callable[[str], str | None] = lambda _path: None,
) -> ProposedSpace:
    """Propose a search space for the source text of a program.

    Parameters
    ----------
    metric
        The objective, if it is known.
    modules
        Texts of modules that the program imports, in which it may write its metrics.
    read
        Returns the text of a file, given its path from the program's folder; ``None`` without such a file.

    Raises
    ------
    SyntaxError
        When the source is not Python.
    """
    tree = ast.parse(source)
    specs: list[Spec] = []
    defaults: dict[str, int | float | str] = {}
    remarks: list[Text] = []
    hydra = hydra_options(tree, read)
    for option in declared_options(tree) if hydra is None else hydra:
        spec, remark = _spec(option)
        if spec is not None and all(s["name"] != option.name for s in specs):
            specs.append(spec)
            if (default := _default(option, spec)) is not None:
                defaults[option.name] = default
        if remark is not None:
            remarks.append(remark)
    written = written_metrics(tree, metric, modules)
    if written.remark is not None:
        remarks.insert(0, written.remark)
    form = DEFAULT_FORM if hydra is None else HYDRA_FORM
    if hydra is not None:
        remarks.insert(0, text("The program uses Hydra: its parameters are passed as name=value."))
    elif specs and all(_is_short(o) for o in declared_options(tree) if o.name in {s["name"] for s in specs}):
        form = SHORT_FORM
        remarks.insert(0, text("The program's options have one dash: they are passed as -name value."))
    metrics = tuple(dict.fromkeys(_metrics(tree)))
    return ProposedSpace(tuple(specs), metrics, tuple(remarks), written, form, defaults)


def _default(option: Option, spec: Spec) -> int | float | str | None:
    """The default of an option in the type of its spec; ``None`` if it has none."""
    default = option.default
    if default is None or isinstance(default, bool) or not isinstance(default, int | float | str):
        return None
    if spec["type"] == "CATEGORICAL":
        return as_text(default)
    return None if isinstance(default, str) else default


def _metrics(tree: ast.AST) -> Iterator[str]:
    for call in calls(tree, "log_metric"):
        if call.args and isinstance(name := literal(call.args[0]), str):
            yield name


def _is_short(option: Option) -> bool:
    return not any(name.startswith("--") for name in option.names)


def _spec(option: Option) -> tuple[Spec | None, Text | None]:
    """Spec of an option, or why it has none."""
    name, default = option.name, option.default
    if option.kind == "flag":
        return None, text("{option} is a switch without a value. It is not tuned.", option=option.shown)
    if option.kind == "bool":
        return None, text(
            "{option} has type=bool, which takes every text for true, even “false”. It is not tuned.",
            option=option.shown,
        )
    if option.choices is None:
        return None, text("The choices of {option} are computed. To tune it, list them.", option=option.shown)
    choices = [value for value in option.choices if value is not None]
    if len(choices) > 1:
        without = text(
            "{option} cannot be None on the command line. The other choices are tuned.", option=option.shown
        )
        return listed(name, choices)[0], without if len(choices) < len(option.choices) else None
    if _FIXED.search(name.lower()):
        return None, text(
            "{option} does not look like a hyperparameter. It is not tuned.", option=option.shown
        )
    if (
        option.kind not in ("int", "float")
        or isinstance(default, bool)
        or not isinstance(default, int | float)
    ):
        return None, text(
            "{option} has neither a numeric default nor choices. To tune it, add a range.",
            option=option.shown,
        )
    if option.kind == "int":
        return _count(name, int(default)), None
    return _real(name, float(default)), None


def _count(name: str, default: int) -> Spec:
    low, high = max(1, default // _FACTOR), max(2, default * _FACTOR)
    return integer_range(name, min(low, default), high, log=default >= 2 * _FACTOR)


def _real(name: str, default: float) -> Spec:
    lowered = name.lower()
    if _SHARES.search(lowered) and 0 <= default <= 1:
        return real_range(name, 0.0, 1.0 if default > 0.9 else 0.9)
    if default > 0 and (_RATES.search(lowered) or default < 0.1):
        low, high = f"{default / _RATE_FACTOR:.1g}", f"{default * _RATE_FACTOR:.1g}"
        return real_range(name, float(low), float(high), log=True)
    if default > 0:
        low, high = f"{default / _FACTOR:.2g}", f"{default * _FACTOR:.2g}"
        return real_range(name, float(low), float(high), log=True)
    reach = abs(default) * 2 or 1.0
    return real_range(name, -reach if default < 0 else 0.0, reach)
