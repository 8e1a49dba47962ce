"""Columns of trials by name: conditions on them, and sorting by them."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bayescore.errors import ConfigError
from bayescore.i18n import text

if TYPE_CHECKING:
    from bayescore.store import Job, Trial

Row = Mapping[str, Any]
MOST_CHARACTERS = 2000  # of a condition; a longer one can take seconds to parse, or exhaust the stack
_MOST_NESTED = 50
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def column(job: Job, trial: Trial, series: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Values of a trial by column, for filters and sorting."""
    return {
        **{name: values[-1] for name, values in series.items()},
        **trial.parameters,
        job.metric: trial.value,
        "number": trial.number,
        "state": str(trial.state),
        "value": trial.value,
        "origin": trial.origin,
        "starred": int(trial.starred),
        "note": trial.note,
    }


def ordered(trials: Sequence[Trial], by: str, row: Callable[[Trial], Row]) -> list[Trial]:
    """Trials sorted by a column, descending with a leading “-”; those without a value come last.

    Raises
    ------
    ConfigError
        When there is no such column.
    """
    descending, name = by.startswith("-"), by.removeprefix("-")
    rows = {t.id: row(t) for t in trials}
    if trials and not any(name in r for r in rows.values()):
        names = ", ".join(dict.fromkeys(n for r in rows.values() for n in r))
        raise ConfigError(text("There is no column “{name}”. Columns: {names}.", name=name, names=names))
    known = [t for t in trials if not _is_empty(rows[t.id].get(name))]
    unknown = [t for t in trials if _is_empty(rows[t.id].get(name))]
    texts = any(isinstance(rows[t.id][name], str) for t in known)
    known.sort(key=lambda t: str(rows[t.id][name]) if texts else rows[t.id][name], reverse=descending)
    return known + unknown


def condition(source: str) -> Callable[[Row], bool]:
    """Parse a condition like ``value > 0.9 and optimizer == "adam"`` into a function of a row.

    Raises
    ------
    ConfigError
        When the condition is not valid, too long, or nested too deeply.
    """
    if len(source) > MOST_CHARACTERS:
        raise ConfigError(text("A condition has at most {most} characters.", most=MOST_CHARACTERS))
    try:
        tree = ast.parse(source, mode="eval").body
        _evaluate(tree, None, _MOST_NESTED)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ConfigError(
            text("“{source}” is not a valid condition.", source=source),
            text('Example: value > 0.9 and optimizer == "adam"'),
        ) from None
    return lambda row: bool(_evaluate(tree, row, _MOST_NESTED))


def _evaluate(node: ast.expr, row: Row | None, depth: int) -> Any:
    """Value of a node with at most ``depth`` levels below it; without a row only the syntax is checked."""
    if depth == 0:
        raise ValueError("too deep")
    if isinstance(node, ast.BoolOp):
        values = [_evaluate(value, row, depth - 1) for value in node.values]
        return all(values) if isinstance(node.op, ast.And) else any(values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return not _evaluate(node.operand, row, depth - 1)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _evaluate(node.operand, row, depth - 1)
        return -value if isinstance(value, int | float) else None
    if isinstance(node, ast.Compare):
        values = [_evaluate(value, row, depth - 1) for value in (node.left, *node.comparators)]
        operations = [_COMPARISONS.get(type(op)) for op in node.ops]
        if None in operations:
            raise ValueError("unknown comparison")
        return all(_holds(op, a, b) for op, a, b in zip(operations, values, values[1:], strict=False) if op)
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float):
        return node.value
    if isinstance(node, ast.Name):
        return row.get(node.id) if row is not None else None
    raise ValueError(type(node).__name__)


def _holds(operation: Callable[[Any, Any], bool], a: Any, b: Any) -> bool:
    try:
        return a is not None and b is not None and operation(a, b)
    except TypeError:
        return False


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
