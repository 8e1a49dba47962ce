"""Columns of trials by name: conditions on them, and sorting by them."""

from __future__ import annotations

import ast
import keyword
import math
import operator
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bayescore.config.reader import closest_match
from bayescore.errors import ConfigError
from bayescore.i18n import Text, text
from bayescore.results.column_names import ColumnNames, named_columns

if TYPE_CHECKING:
    from bayescore.store import Job, Trial

Row = Mapping[str, Any]
OWN_COLUMNS = ("number", "state", "value", "chance", "origin", "starred", "note")  # that every job has
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


# A text in quotes, or a name in backquotes; a quote that is not closed is left for the parser to refuse.
_QUOTED = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|`([^`]*)`""")
_PLACEHOLDER = "_{index}_in_backquotes"


def columns_of(job: Job, reported: Iterable[str] = (), own: Sequence[str] = OWN_COLUMNS) -> ColumnNames:
    """The column of each parameter and metric of a job; “value” is the objective, whatever its name."""
    tuning = job.config.hyper_tuning
    parameters = [spec.name for spec in tuning.parameter_specs]
    is_value = job.metric == "value" and "value" not in parameters
    others = [name for name in own if not (is_value and name == "value")]
    return named_columns(others, parameters, [job.metric, *tuning.side_metrics, *reported])


def column_names(job: Job, reported: Iterable[str] = ()) -> tuple[str, ...]:
    """Every column of a job's trials: parameters, metrics, those that were reported, and our own."""
    found = columns_of(job, reported)
    return tuple(dict.fromkeys([*found.parameters.values(), *found.metrics.values(), *OWN_COLUMNS]))


class UnknownNameError(ConfigError):
    """A condition names a column that does not exist."""

    @property
    def name(self) -> str:
        """The name as it is written."""
        return str(self.message.arguments["name"])

    @property
    def guess(self) -> str | None:
        """The column that was most likely meant."""
        found = self.message.arguments.get("guess")
        return None if found is None else str(found)


def check_name(name: str, known: Collection[str]) -> None:
    """Check that a column exists.

    Raises
    ------
    UnknownNameError
        When it does not; with the column that was most likely meant.
    """
    if name in known:
        return
    guess = closest_match(name, known)
    columns = text("Columns: {names}.", names=", ".join(known))
    if guess is not None:
        message = text("There is no column “{name}”; did you mean “{guess}”?", name=name, guess=guess)
        raise UnknownNameError(message, columns)
    raise UnknownNameError(text("There is no column “{name}”. A text is in quotes.", name=name), columns)


def written(name: str) -> str:
    """A column's name as a condition has it: in backquotes unless it is a plain word."""
    is_word = name.isidentifier() and not keyword.iskeyword(name) and _normalised(name) == name
    return name if is_word else f"`{name}`"


def column(
    job: Job, trial: Trial, series: Mapping[str, Sequence[float]], own: Sequence[str] = OWN_COLUMNS
) -> dict[str, Any]:
    """Values of a trial by column, for filters and sorting; see :func:`columns_of`."""
    names = columns_of(job, series, own)
    return {
        **{names.metrics[name]: values[-1] for name, values in series.items()},
        **{names.parameters.get(name, name): value for name, value in trial.parameters.items()},
        names.metrics[job.metric]: trial.value,
        "number": trial.number,
        "state": str(trial.state),
        "value": trial.value,
        "chance": chance_percent(trial),
        "origin": trial.origin,
        "starred": int(trial.starred),
        "note": trial.note,
    }


def chance_percent(trial: Trial) -> float | None:
    """The chance of a running trial to become the best, in percent; ``None`` without a forecast."""
    forecast = trial.curve.forecast
    return None if trial.state.ended or forecast is None else 100.0 * forecast.chance


def ordered(
    trials: Sequence[Trial], by: str, row: Callable[[Trial], Row], known: Collection[str], objective: str
) -> list[Trial]:
    """Trials sorted by a column, descending with a leading “-”.

    Those without a number come last, whichever the direction: without a value, NaN, infinite, and values
    of trials that failed or were stopped early.

    Parameters
    ----------
    known
        The columns that exist.
    objective
        Name of the job's objective.

    Raises
    ------
    ConfigError
        When there is no such column.
    """
    descending, name = by.startswith("-"), by.removeprefix("-")
    check_name(name, known)
    rows = {t.id: row(t) for t in trials}
    return sorted_by(
        trials, lambda t: rows[t.id].get(name), name in ("value", objective), descending=descending
    )


def sorted_by(
    trials: Sequence[Trial], value: Callable[[Trial], Any], of_objective: bool, *, descending: bool
) -> list[Trial]:
    """Trials by a value of each; those without a number that counts come last, see :func:`ordered`.

    Parameters
    ----------
    of_objective
        Whether the values are objectives: those of trials that failed or were stopped early do not count.
    """

    def counts(trial: Trial) -> bool:
        found = value(trial)
        if found is None or found == "" or (isinstance(found, float) and not math.isfinite(found)):
            return False
        return not (of_objective and trial.state in ("failed", "lost", "stopped_early"))

    counted = [t for t in trials if counts(t)]
    texts = any(isinstance(value(t), str) for t in counted)
    counted.sort(key=lambda t: str(value(t)) if texts else value(t), reverse=descending)
    return counted + [t for t in trials if not counts(t)]


def condition(source: str, known: Collection[str] | None = None) -> Callable[[Row], bool]:
    """Parse a condition like ``value > 0.9 and optimizer == "adam"`` into a function of a row.

    A name that is not a plain word is in backquotes: ```val/loss` < 0.1``.

    Parameters
    ----------
    known
        The columns that exist; ``None`` allows every name.

    Raises
    ------
    ConfigError
        When the condition is not valid, too long, nested too deeply, or names another column.
    """
    if len(source) > MOST_CHARACTERS:
        raise ConfigError(text("A condition has at most {most} characters.", most=MOST_CHARACTERS))
    plain, quoted = _without_backquotes(source)
    try:
        tree = ast.parse(plain, mode="eval").body
        _evaluate(tree, None, _MOST_NESTED)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ConfigError(
            text("“{source}” is not a valid condition.", source=source), _hint(source, known or ())
        ) from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = quoted.get(node.id, node.id)
            if known is not None:
                check_name(node.id, known)
    return lambda row: bool(_evaluate(tree, row, _MOST_NESTED))


def _hint(source: str, known: Collection[str]) -> Text:
    """How an invalid condition is written: most often the name of a column needs backquotes."""
    special = (name for name in known if written(name) != name and name in source)
    name = max(special, key=len, default=None)
    if name is not None:
        return text("A name that is not a plain word is in backquotes: {name}", name=written(name))
    return text('Example: value > 0.9 and optimizer == "adam"')


def _without_backquotes(source: str) -> tuple[str, dict[str, str]]:
    """A condition that Python can parse, and the names that its placeholders stand for."""
    names: dict[str, str] = {}

    def replaced(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:  # a text
            return match.group()
        placeholder = _PLACEHOLDER.format(index=len(names))
        names[placeholder] = name
        return placeholder

    return _QUOTED.sub(replaced, source), names


def _normalised(name: str) -> str:
    """A name as Python's parser returns it."""
    return unicodedata.normalize("NFKC", name)


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
