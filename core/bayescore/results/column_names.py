"""Names of columns that hold parameters and metrics, in a table that has columns of its own, too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

_PARAMETER, _METRIC = "parameters.", "metrics."


@dataclass(frozen=True)
class ColumnNames:
    """The column of each parameter and of each metric, by its name."""

    parameters: Mapping[str, str]
    metrics: Mapping[str, str]


def named_columns(own: Sequence[str], parameters: Iterable[str], metrics: Iterable[str]) -> ColumnNames:
    """Columns with different names: ``parameters.state`` beside the column ``state`` of the table.

    A metric with the name of a parameter is ``metrics.lr``, as when a program logs its learning rate.
    """
    return _named(tuple(own), tuple(parameters), tuple(metrics))


@lru_cache(maxsize=256)  # it is asked for each trial
def _named(own: tuple[str, ...], parameters: tuple[str, ...], metrics: tuple[str, ...]) -> ColumnNames:
    taken = {*own, *(name for name in parameters if name not in own)}
    of_parameters = {name: _free(name, _PARAMETER, taken) if name in own else name for name in parameters}
    taken |= set(of_parameters.values())
    of_metrics: dict[str, str] = {}
    for name in dict.fromkeys(metrics):
        of_metrics[name] = _free(name, _METRIC, taken)
        taken.add(of_metrics[name])
    return ColumnNames(of_parameters, of_metrics)


def column_in(header: Collection[str], name: str, *, is_metric: bool = False) -> str:
    """The column of a parameter or metric in a table that may have been exported here."""
    prefixed = f"{_METRIC if is_metric else _PARAMETER}{name}"
    return prefixed if prefixed in header else name


def _free(name: str, prefix: str, taken: Collection[str]) -> str:
    while name in taken:
        name = f"{prefix}{name}"
    return name
