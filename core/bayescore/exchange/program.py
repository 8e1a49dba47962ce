"""A search space proposed from the options of the user's own program.

The source is read and never run: calls of ``add_argument`` whose arguments are literals.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bayescore.exchange.spaces import Spec, choice, project_text, real, whole
from bayescore.i18n import Text, text

# words in a name that say what an option is for
_FIXED = re.compile(
    r"seed|epoch|worker|gpu|device|rank|port|log|save|print|every|interval|path|dir|file|input|output|version|max_steps"
)
_SHARES = re.compile(r"drop|momentum|ratio|prob|fraction|beta|gamma|alpha|smooth|threshold|rate_decay")
_RATES = re.compile(r"(^|_)lr($|_)|learning_rate|weight_decay|reg|lambda|eps|decay|wd$|temperature")
_SMALLER = re.compile(r"loss|error|err$|mse|mae|rmse|perplexity|ppl|wer|cer|fid|time|latency", re.IGNORECASE)
_DECADES = 30.0  # a rate may be so many times smaller or greater than the default
_FACTOR = 4  # and a count so many times


@dataclass(frozen=True)
class Option:
    """An option as the program declares it; ``kind`` is the name of its type."""

    name: str
    kind: str
    default: Any
    choices: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """What a program lets one tune.

    Attributes
    ----------
    specs
        A range or a list for each option that looks like a hyperparameter.
    metrics
        Names that the program reports with ``log_metric``, in the order of the source.
    remarks
        Options that were left out, and why.
    """

    specs: tuple[Spec, ...]
    metrics: tuple[str, ...]
    remarks: tuple[Text, ...]

    def file_text(self, program: str, *, metric: str = "", goal: str = "", trials: int = 20) -> str:
        """An ``openbayes.yaml`` for it; what is not given is guessed."""
        chosen = metric or next(iter(self.metrics), "accuracy")
        return project_text(
            self.specs,
            metric=chosen,
            goal=goal or likely_goal(chosen),
            command=f"python {program}",
            trials=trials,
            source=program,
        )


def likely_goal(metric: str) -> str:
    """``MINIMIZE`` for what sounds like a loss."""
    return "MINIMIZE" if _SMALLER.search(metric) else "MAXIMIZE"


def propose(source: str) -> Proposal:
    """Options of a program as a search space.

    Raises
    ------
    SyntaxError
        When it is not Python.
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
    return Proposal(tuple(specs), tuple(dict.fromkeys(_metrics(tree))), tuple(remarks))


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
        listed = tuple(choices) if isinstance(choices, list | tuple) else ()
        yield Option(long[0].lstrip("-"), kind, default, listed)


def _metrics(tree: ast.AST) -> Iterator[str]:
    for call in _calls(tree, "log_metric"):
        if call.args and isinstance(name := _literal(call.args[0]), str):
            yield name


def _calls(tree: ast.AST, name: str) -> list[ast.Call]:
    """Calls of a function or method of that name, in the order of the source."""
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
    """What to tune of an option, or why not."""
    name, default = option.name, option.default
    if option.kind == "flag":
        return None, text("--{name} is a switch and takes no value: it stays as it is.", name=name)
    if len(option.choices) > 1:
        return choice(name, option.choices)[0], None
    if _FIXED.search(name.lower()):
        return None, text("--{name} is no hyperparameter by its name: it stays as it is.", name=name)
    if (
        option.kind not in ("int", "float")
        or isinstance(default, bool)
        or not isinstance(default, int | float)
    ):
        return None, text(
            "--{name} has no number as its default, and no choices: add a range yourself.", name=name
        )
    if option.kind == "int":
        return _count(name, int(default)), None
    return _real(name, float(default)), None


def _count(name: str, default: int) -> Spec:
    low, high = max(1, default // _FACTOR), max(2, default * _FACTOR)
    return whole(name, min(low, default), high, log=default >= 2 * _FACTOR)


def _real(name: str, default: float) -> Spec:
    low_name = name.lower()
    if _SHARES.search(low_name) and 0 <= default <= 1:
        return real(name, 0.0, 1.0 if default > 0.9 else 0.9)
    if default > 0 and (_RATES.search(low_name) or default < 0.1):
        return real(name, float(f"{default / _DECADES:.1g}"), float(f"{default * _DECADES:.1g}"), log=True)
    if default > 0:
        return real(name, float(f"{default / _FACTOR:.2g}"), float(f"{default * _FACTOR:.2g}"), log=True)
    reach = abs(default) * 2 or 1.0
    return real(name, -reach if default < 0 else 0.0, reach)
