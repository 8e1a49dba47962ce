"""What completes a condition while it is typed: the names of columns, and the values of one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Protocol

from bayescore.config import CategoricalSpec, DiscreteSpec
from bayescore.i18n import _
from bayescore.results.where import OWN_COLUMNS, columns_of, written
from bayescore.store import TrialState
from bayesdesk.models.columns import TrialColumns
from bayesdesk.models.filter import names_of
from bayesdesk.models.formatting import number

_MOST_VALUES = 50
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?)
      | (?P<name>`[^`]*`?|[^\W\d]\w*)
      | (?P<number>[\w.]+)
      | (?P<comparison>[<>=!]=?)
      | (?P<other>\S)
    )""",
    re.VERBOSE,
)
_WORDS = ("and", "or", "not")


@dataclass(frozen=True)
class Completion:
    """What can be inserted, and what it is."""

    inserted: str
    meaning: str


@dataclass(frozen=True)
class Completions:
    """Completions for the characters from ``start`` to the caret."""

    start: int
    found: tuple[Completion, ...] = ()


class Vocabulary(Protocol):
    """What a condition is about."""

    def names(self) -> list[Completion]:
        """The names of the columns."""

    def values(self, name: str) -> list[Completion]:
        """The values of a column, if they can be listed."""


def completions(expression: str, caret: int, words: Vocabulary) -> Completions:
    """Names where a condition expects one, and behind a comparison the values of its column."""
    before = [m for m in _TOKEN.finditer(expression[:caret]) if m.group().strip()]
    typed = before.pop() if before and _is_being_typed(before[-1], caret) else None
    prefix = typed.group().strip() if typed is not None else ""
    start = caret - len(prefix)
    last, compared = (before[-1] if before else None), (before[-2] if len(before) > 1 else None)
    if last is not None and last.lastgroup == "comparison":
        name = compared.group("name") if compared is not None else None
        offered = words.values(name.strip("`")) if name is not None else []
        offered = offered or ([] if typed is None else words.names())
    elif last is None or last.group().strip() in (*_WORDS, "("):
        offered = words.names()
    else:
        offered = []
    found = _matching(offered, prefix)
    return Completions(start, () if [c.inserted for c in found] == [prefix] else found)


def _is_being_typed(token: re.Match[str], caret: int) -> bool:
    """Whether the caret is at the end of a word or text that may be incomplete."""
    written_so_far = token.group().strip()
    if token.lastgroup == "text":
        return len(written_so_far) == 1 or written_so_far[0] != written_so_far[-1]
    is_word = token.lastgroup in ("name", "number") and written_so_far not in _WORDS
    return is_word and token.end() == caret


@dataclass(frozen=True)
class TrialWords:
    """The columns of the trials of a job."""

    columns: TrialColumns

    def names(self) -> list[Completion]:
        """Parameters, metrics, and what every trial has."""
        return _names(self.columns)

    def values(self, name: str) -> list[Completion]:
        """Values of a parameter with a list, states, origins and notes."""
        return [value_of(name, value) for value in _values(name, self.columns)[:_MOST_VALUES]]


def value_of(name: str, value: object) -> Completion:
    """A value of a column as it is written in a condition."""
    return Completion(_literal(value), _("value of {name}", name=name))


def _names(columns: TrialColumns) -> list[Completion]:
    view = columns.view
    found = columns_of(view.job, view.metrics)
    parameters, objective = set(found.parameters.values()), found.metrics[view.job.metric]
    own = dict(
        zip(
            OWN_COLUMNS,
            (
                _("the trial's number"),
                _("the trial's state"),
                _("the objective"),
                _("chance of a running trial to become the best, in percent"),
                _("why it was suggested"),
                _("1 with a star, otherwise 0"),
                _("the note"),
            ),
            strict=True,
        )
    )

    def meaning(name: str) -> str:
        if name in parameters:
            return _("parameter")
        return _("the objective") if name == objective else own.get(name) or _("metric")

    return [Completion(written(name), meaning(name)) for name in names_of(view)]


def _values(name: str, columns: TrialColumns) -> list[object]:
    names = columns_of(columns.view.job).parameters
    specs = {names[s.name]: s for s in columns.view.job.config.hyper_tuning.parameter_specs}
    spec = specs.get(name)
    if isinstance(spec, CategoricalSpec):
        return list(spec.categorical_values)
    if isinstance(spec, DiscreteSpec):
        return list(spec.discrete_values)
    if name == "state":
        return [str(state) for state in TrialState]
    if name in ("origin", "note"):
        return [v for v in dict.fromkeys(getattr(t, name) for t in columns.view.trials) if v]
    return [1, 0] if name == "starred" else []


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else number(value)


def _matching(offered: list[Completion], prefix: str) -> tuple[Completion, ...]:
    """Those that begin with what is typed, then those that contain it."""
    wanted = prefix.strip("`\"'").casefold()
    offered = [c for c in offered if not prefix.startswith("`") or c.inserted.startswith("`")]
    first = [c for c in offered if c.inserted.strip('`"').casefold().startswith(wanted)]
    others = [c for c in offered if wanted in c.inserted.casefold() and c not in first]
    return (*first, *others)
