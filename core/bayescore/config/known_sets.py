"""``known`` and ``baseline`` of ``openbayes.local.yaml``: parameter sets that the researcher knows.

Their names and types are those of ``openbayes.yaml``, so they are read when both files are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bayescore.config.models import CategoricalSpec, HyperTuning, IntegerSpec, ParameterSpec
from bayescore.config.problems import has_errors
from bayescore.config.reader import Reader
from bayescore.config.yamltext import Path
from bayescore.i18n import text

KNOWN: Path = ("known",)
BASELINE: Path = ("baseline",)
MOST_SETS = 1000
_VALUE, _VALUES = "value", "values"


class KnownSet(BaseModel):
    """A parameter set, and what was measured with it.

    Attributes
    ----------
    parameters
        By name; the search fills in those that are missing. They may lie outside their ranges.
    values
        Measured elsewhere, by metric. A set with a value of the objective is not run.
    by_hand
        Whether it was added to a job that had begun.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    parameters: dict[str, int | float | str]
    values: dict[str, float] = Field(default_factory=dict)
    by_hand: bool = False


def read_shape(reader: Reader, path: Path) -> None:
    """Check what can be checked without ``openbayes.yaml``: a list of sets, or the name of a table."""
    if not isinstance(reader.value(path), str):
        for i in range(len(reader.list(path) or ())):
            reader.mapping((*path, i))


def read_baseline_shape(reader: Reader, path: Path) -> None:
    """Check that the baseline is a mapping."""
    reader.mapping(path)


def table_name(reader: Reader) -> str | None:
    """Name of the table in place of a list; ``None`` for a list."""
    value = reader.value(KNOWN)
    return value if isinstance(value, str) else None


def known_sets(reader: Reader, tuning: HyperTuning) -> tuple[KnownSet, ...]:
    """The sets of the list; none if a table is named instead.

    Parameters
    ----------
    reader
        Of ``openbayes.local.yaml``; gets the problems.
    """
    written = reader.value(KNOWN)
    if not isinstance(written, list):
        return ()
    if len(written) > MOST_SETS:
        reader.error("too-many", KNOWN, text("At most {most} sets are read.", most=MOST_SETS))
        return ()
    found = (_set(reader, (*KNOWN, i), tuning, is_measured=True) for i in range(len(written)))
    return tuple(each for each in found if each is not None)


def baseline(reader: Reader, tuning: HyperTuning) -> KnownSet | None:
    """The baseline, which is run before everything else; ``None`` if there is none."""
    if not isinstance(reader.value(BASELINE), dict):
        return None
    return _set(reader, BASELINE, tuning, is_measured=False)


def _set(reader: Reader, path: Path, tuning: HyperTuning, *, is_measured: bool) -> KnownSet | None:
    written = reader.mapping(path)
    if not written:
        reader.error("missing", path, text("Name at least one parameter, like “learning_rate: 0.001”."))
        return None
    specs = {spec.name: spec for spec in tuning.parameter_specs}
    parameters: dict[str, Any] = {}
    values: dict[str, float | None] = {}
    count = len(reader.problems)
    for key in written:
        name, where = str(key), (*path, key)
        if name in specs:
            parameters[name] = parameter_value(reader, where, specs[name])
        elif name == _VALUE and is_measured:
            values[tuning.hyperparameter_metric] = reader.number(where)
        elif name == _VALUES and is_measured:
            values |= _values(reader, where, tuning)
        else:
            report_unknown(reader, where, [*specs, *((_VALUE, _VALUES) if is_measured else ())])
    if has_errors(reader.problems[count:]):
        return None
    if values and (missing := [name for name in specs if name not in parameters]):
        message = text("A set that was measured names every parameter; {names} is missing.", names=missing[0])
        reader.error("missing", path, message)
        return None
    return KnownSet(parameters=parameters, values={n: v for n, v in values.items() if v is not None})


def written_set(known: KnownSet) -> dict[str, Any]:
    """A set as it is written to the file."""
    return {**known.parameters, **({_VALUES: dict(known.values)} if known.values else {})}


def parameter_value(reader: Reader, path: Path, spec: ParameterSpec) -> int | float | str | None:
    """Read a value of a parameter's type, which may lie outside its range; reports one of another type."""
    if isinstance(spec, CategoricalSpec):
        return reader.text(path)
    if isinstance(spec, IntegerSpec):
        return reader.integer(path)
    number = reader.number(path)
    if reader.value(path) is None:
        reader.error("missing", path, text("“{name}” has no value.", name=spec.name), key=True)
    return number


def _values(reader: Reader, path: Path, tuning: HyperTuning) -> dict[str, float | None]:
    metrics = (tuning.hyperparameter_metric, *tuning.side_metrics)
    found = {}
    for key in reader.mapping(path) or {}:
        if str(key) in metrics:
            found[str(key)] = reader.number((*path, key))
        else:
            report_unknown(reader, (*path, key), metrics)
    return found


def report_unknown(reader: Reader, path: Path, known: Iterable[str], *, name: str | None = None) -> None:
    """Report a key, or a value ``name``, that is none of the known ones."""
    is_key = name is None or name == str(path[-1])
    known, name = list(known), str(path[-1]) if name is None else name
    guess = reader.closest(name, known)
    message = (
        text("“{name}” is not known; did you mean “{guess}”?", name=name, guess=guess)
        if guess
        else text("“{name}” is not known. Possible: {options}.", name=name, options=", ".join(known))
    )
    reader.error("unknown-name", path, message, key=is_key)
