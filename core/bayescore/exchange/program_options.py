"""Proposes a search space from the command-line options of a program.

The source is parsed and never run. Only calls of ``add_argument`` with literal arguments are used.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bayescore.exchange.metric_writers import WrittenMetrics, written_metrics
from bayescore.exchange.openbayes_yaml import Spec, integer_range, listed, project_text, real_range
from bayescore.i18n import Text, text

# words in the name of an option that show its purpose
_FIXED = re.compile(
    r"seed|epoch|worker|gpu|device|rank|world|port|log|save|print|every|interval|path|dir|file|input|output|version|max_steps"
)
_SHARES = re.compile(r"drop|momentum|ratio|prob|fraction|beta|gamma|alpha|smooth|threshold|rate_decay")
_RATES = re.compile(r"(^|_)lr($|_)|learning_rate|weight_decay|reg|lambda|eps|decay|wd$|temperature")
_SMALLER = re.compile(r"loss|error|err$|mse|mae|rmse|perplexity|ppl|wer|cer|fid|time|latency", re.IGNORECASE)
_RATE_FACTOR = 30.0  # between the default of a rate and the ends of its range
_FACTOR = 4  # the same for counts and other numbers


@dataclass(frozen=True)
class Option:
    """An option as the program declares it; ``kind`` is the name of its type, or ``flag``."""

    name: str
    kind: str
    default: Any
    choices: tuple[Any, ...] = ()


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
    """

    specs: tuple[Spec, ...]
    metrics: tuple[str, ...]
    remarks: tuple[Text, ...]
    written: WrittenMetrics = field(default_factory=WrittenMetrics)

    def file_text(self, program: str, *, metric: str = "", goal: str = "", trials: int = 20) -> str:
        """Text of an ``openbayes.yaml`` for the program; a missing metric and goal are guessed."""
        chosen = metric or next(iter((*self.metrics, *self.written.names)), "accuracy")
        return project_text(
            self.specs,
            metric=chosen,
            goal=goal or likely_goal(chosen),
            command=f"python {program}",
            trials=trials,
            source=program,
        )


def likely_goal(metric: str) -> str:
    """``MINIMIZE`` for a metric named like a loss or a cost, else ``MAXIMIZE``."""
    return "MINIMIZE" if _SMALLER.search(metric) else "MAXIMIZE"


def propose_space(source: str, metric: str = "") -> ProposedSpace:
    """Propose a search space for the source text of a program.

    Parameters
    ----------
    metric
        The objective, if it is known.

    Raises
    ------
    SyntaxError
        When the source is not Python.
    """
    tree = ast.parse(source)
    specs: list[Spec] = []
    remarks: list[Text] = []
    for option in _options(tree):
        spec, remark = _spec(option)
        if spec is not None and all(s["name"] != option.name for s in specs):
            specs.append(spec)
        elif remark is not None:
            remarks.append(remark)
    written = written_metrics(tree, metric)
    if written.remark is not None:
        remarks.insert(0, written.remark)
    return ProposedSpace(tuple(specs), tuple(dict.fromkeys(_metrics(tree))), tuple(remarks), written)


def _options(tree: ast.AST) -> Iterator[Option]:
    for call in _calls(tree, "add_argument"):
        names = [_literal(a) for a in call.args]
        long = [n for n in names if isinstance(n, str) and n.startswith("--")]
        if not long:
            continue
        given = {k.arg: k.value for k in call.keywords if k.arg}
        default = _literal(given.get("default"))
        choices = _literal(given.get("choices"))
        kind = _kind(given.get("type"), default)
        if isinstance(action := _literal(given.get("action")), str) and action.startswith("store_"):
            kind = "flag"
        values = tuple(choices) if isinstance(choices, list | tuple) else ()
        yield Option(long[0].lstrip("-"), kind, default, values)


def _metrics(tree: ast.AST) -> Iterator[str]:
    for call in _calls(tree, "log_metric"):
        if call.args and isinstance(name := _literal(call.args[0]), str):
            yield name


def _calls(tree: ast.AST, name: str) -> list[ast.Call]:
    """Calls of a function or method with this name, in the order of the source."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (getattr(node.func, "attr", None) == name or getattr(node.func, "id", None) == name)
    ]
    return sorted(found, key=lambda c: (c.lineno, c.col_offset))


def _literal(node: ast.AST | None) -> Any:
    if node is None:
        return None
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _kind(node: ast.AST | None, default: Any) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return type(default).__name__ if default is not None else "str"


def _spec(option: Option) -> tuple[Spec | None, Text | None]:
    """Spec of an option, or why it has none."""
    name, default = option.name, option.default
    if option.kind == "flag":
        return None, text("--{name} is a switch without a value. It is not tuned.", name=name)
    if len(option.choices) > 1:
        return listed(name, option.choices)[0], None
    if _FIXED.search(name.lower()):
        return None, text("--{name} does not look like a hyperparameter. It is not tuned.", name=name)
    if (
        option.kind not in ("int", "float")
        or isinstance(default, bool)
        or not isinstance(default, int | float)
    ):
        return None, text(
            "--{name} has neither a numeric default nor choices. To tune it, add a range.", name=name
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
