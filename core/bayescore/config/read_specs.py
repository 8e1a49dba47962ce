"""Reading the parameters of the ``hyper_tuning`` section."""

from __future__ import annotations

import math
import re
from typing import Any

from bayescore.config.models import (
    CategoricalSpec,
    DiscreteSpec,
    DoubleSpec,
    IntegerSpec,
    ParameterSpec,
    Scale,
)
from bayescore.config.reader import Reader
from bayescore.config.yamltext import Edit, Path
from bayescore.i18n import text

SPEC_KEYS = {
    "DOUBLE": ("name", "type", "min_value", "max_value", "scale_type"),
    "INTEGER": ("name", "type", "min_value", "max_value", "scale_type"),
    "DISCRETE": ("name", "type", "discrete_values"),
    "CATEGORICAL": ("name", "type", "categorical_values"),
}
_ALL_SPEC_KEYS = tuple(dict.fromkeys(key for keys in SPEC_KEYS.values() for key in keys))
_SCALES = {s.value: s.value for s in Scale}
_TYPES = {t: t for t in SPEC_KEYS}
_OPTION_NAME = re.compile(r"[^\W\d]|[^\W]", re.UNICODE)
_NOT_IN_OPTION = re.compile(r"[\s=\x00-\x1f\x7f'\"]")


def read_specs(reader: Reader, path: Path) -> list[ParameterSpec]:
    """Read the list of parameters at ``path``; those with errors are left out."""
    items = reader.list(path)
    if items is None and not reader.has(path):
        reader.missing(path)
        return []
    if not items and not isinstance(reader.value(path), dict | str):
        reader.error("empty-values", path, text("There is no parameter to tune yet."))
        return []
    specs: list[ParameterSpec] = []
    names: set[str] = set()
    for i, _ in enumerate(items or []):
        spec = _spec(reader, (*path, i), names)
        if spec is not None:
            specs.append(spec)
    return specs


def _spec(reader: Reader, path: Path, names: set[str]) -> ParameterSpec | None:
    if reader.mapping(path) is None:
        if reader.value(path) is None:
            reader.error("wrong-type", path, text("An item in the list of parameters is empty."))
        return None
    name = _name(reader, path, names)
    if reader.value((*path, "type")) in (None, ""):
        reader.missing((*path, "type"))
        kind = None
    else:
        kind = reader.choice((*path, "type"), _TYPES)
    reader.unknown_keys(path, _ALL_SPEC_KEYS)
    if kind is None:
        return None
    for key in _ALL_SPEC_KEYS:
        if key not in SPEC_KEYS[kind] and reader.value((*path, key)) is not None:
            reader.hint(
                "unused-key",
                (*path, key),
                text("“{key}” has no effect on a parameter of type {kind}.", key=key, kind=kind),
                key=True,
                fix=(text("Remove it"), lambda key=key: reader.document.remove((*path, key))),  # type: ignore[misc]
            )
    make = {"DOUBLE": _range, "INTEGER": _range, "DISCRETE": _discrete, "CATEGORICAL": _categorical}[kind]
    return make(reader, path, name, kind)


def _name(reader: Reader, path: Path, names: set[str]) -> str | None:
    at = (*path, "name")
    name = reader.text(at)
    if name is None or not name:
        if not isinstance(reader.value(at), dict | list):
            reader.missing(at)
        return None
    if name in names:
        reader.error("duplicate-name", at, text("Two parameters have the name “{name}”.", name=name))
        return None
    names.add(name)
    if _NOT_IN_OPTION.search(name) or not _OPTION_NAME.match(name):
        suggested = re.sub(r"\W+", "_", name).strip("_")
        reader.error(
            "bad-name",
            at,
            text(
                "“{name}” cannot be passed to a program as --{name}=value: "
                "use letters, digits, “_”, “-” and “.”.",
                name=name,
            ),
            fix=(text("Change to {value}", value=suggested), lambda: reader.document.set(at, suggested))
            if suggested
            else None,
        )
        return None
    return name


def _range(reader: Reader, path: Path, name: str | None, kind: str) -> ParameterSpec | None:
    bounds: list[Any] = []
    for key in ("min_value", "max_value"):
        at = (*path, key)
        if reader.value(at) is None:
            reader.missing(at)
        bounds.append(reader.integer(at) if kind == "INTEGER" else reader.number(at))
    scale = Scale.LINEAR
    if reader.value((*path, "scale_type")) not in (None, ""):
        scale = Scale(reader.choice((*path, "scale_type"), _SCALES) or Scale.LINEAR)
    low, high = bounds
    if low is None or high is None:
        return None
    if low > high:
        reader.error(
            "min-above-max",
            (*path, "min_value"),
            text("min_value {low} is greater than max_value {high}.", low=low, high=high),
            fix=(text("Swap them"), lambda: _swap_bounds(reader, path, low, high)),
        )
        return None
    if low == high:
        reader.hint(
            "min-equals-max",
            (*path, "min_value"),
            text("min_value equals max_value, so “{name}” is always {low}.", name=name or "", low=low),
        )
    if scale is Scale.LOG and low <= 0:
        reader.error(
            "log-needs-positive",
            (*path, "min_value"),
            text("A logarithmic scale needs a min_value above 0; it is {low}.", low=low),
            fix=(
                text("Use a linear scale"),
                lambda: reader.document.set((*path, "scale_type"), Scale.LINEAR.value),
            ),
        )
        return None
    if name is None:
        return None
    if kind == "INTEGER":
        return IntegerSpec(name=name, min_value=low, max_value=high, scale_type=scale)
    if not math.isfinite(float(high) - float(low)):
        reader.error("range-too-wide", (*path, "max_value"), text("The range is too wide to search."))
        return None
    return DoubleSpec(name=name, min_value=low, max_value=high, scale_type=scale)


def _swap_bounds(reader: Reader, path: Path, low: Any, high: Any) -> Any:
    first = reader.document.apply(reader.document.set((*path, "min_value"), high))
    return Edit.between(reader.document.text, first.apply(first.set((*path, "max_value"), low)).text)


def _values(reader: Reader, path: Path, key: str) -> list[Any] | None:
    at = (*path, key)
    items = reader.list(at)
    if items is None and not reader.has(at):
        reader.missing(at)
        return None
    if items is None and reader.value(at) is not None:
        return None
    if not items:
        reader.error("empty-values", at, text("“{key}” has no values.", key=key))
        return None
    return items


def _without_duplicates(reader: Reader, at: Path, values: list[Any]) -> tuple[Any, ...] | None:
    if any(value is None for value in values):
        return None
    kept: dict[Any, None] = {}
    for i, value in enumerate(values):
        if value in kept:
            reader.warning(
                "repeated-value",
                (*at, i),
                text("The value {value} is listed twice; it is used once.", value=value),
                fix=(text("Remove it"), lambda i=i: reader.document.remove((*at, i))),  # type: ignore[misc]
            )
        else:
            kept[value] = None
    return tuple(kept)


def _discrete(reader: Reader, path: Path, name: str | None, kind: str) -> ParameterSpec | None:
    at = (*path, f"{kind.lower()}_values")
    items = _values(reader, path, str(at[-1]))
    if items is None:
        return None
    values: list[Any] = []
    for i, item in enumerate(items):
        if item is None:
            reader.error(
                "wrong-type",
                (*at, i),
                text("“{name}” must be {expected}.", name=i, expected=text("a number")),
            )
        values.append(reader.number((*at, i)))
    unique = _without_duplicates(reader, at, values)
    return DiscreteSpec(name=name, discrete_values=unique) if unique and name else None


def _categorical(reader: Reader, path: Path, name: str | None, kind: str) -> ParameterSpec | None:
    at = (*path, f"{kind.lower()}_values")
    items = _values(reader, path, str(at[-1]))
    if items is None:
        return None
    values = [
        reader.text((*at, i)) if item is not None else reader.source((*at, i)) for i, item in enumerate(items)
    ]
    for i, item in enumerate(items):
        if not isinstance(item, dict | list) and not reader.is_string_in_all_versions((*at, i)):
            written = values[i]
            reader.hint(
                "unquoted-category",
                (*at, i),
                text(
                    "“{written}” is used as a string; the official command line requires quotes.",
                    written=written,
                ),
                fix=(
                    text("Put it in quotes"),
                    lambda i=i: reader.quoted((*at, i)),  # type: ignore[misc]
                ),
            )
    unique = _without_duplicates(reader, at, values)
    return CategoricalSpec(name=name, categorical_values=unique) if unique and name else None
