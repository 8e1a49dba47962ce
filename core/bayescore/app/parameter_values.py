"""Values of parameters as a user writes them, in the types of their specs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bayescore.config import CategoricalSpec, DiscreteSpec, HyperTuning, IntegerSpec, ParameterSpec
from bayescore.config.reader import closest_match
from bayescore.errors import ConfigError
from bayescore.exchange.study import finite
from bayescore.i18n import text


def value_of(spec: ParameterSpec, written: str) -> int | float | str:
    """A value, which may lie outside its range.

    Raises
    ------
    ConfigError
        When it is of another type.
    """
    if isinstance(spec, CategoricalSpec):
        return written
    number = number_of(spec.name, written)
    if isinstance(spec, DiscreteSpec):
        are_whole = number.is_integer() and all(isinstance(value, int) for value in spec.discrete_values)
        outside = int(number) if are_whole else number
        return next((value for value in spec.discrete_values if value == number), outside)
    if not isinstance(spec, IntegerSpec):
        return number
    if number != int(number):
        raise ConfigError(text("“{name}” must be {expected}.", name=spec.name, expected=text("an integer")))
    return int(number)


def number_of(name: str, written: str) -> float:
    """A finite number.

    Raises
    ------
    ConfigError
        When it is none.
    """
    try:
        number = finite(float(written))
    except ValueError:
        number = None
    if number is None:
        raise ConfigError(text("“{name}” must be {expected}.", name=name, expected=text("a number")))
    return number


def parse_assignments(tuning: HyperTuning, written: Sequence[str]) -> Mapping[str, int | float | str]:
    """Parameters from ``NAME=VALUE``.

    Raises
    ------
    ConfigError
        For another form, an unknown or repeated name, or a value of another type.
    """
    specs = {spec.name: spec for spec in tuning.parameter_specs}
    found: dict[str, int | float | str] = {}
    for each in written:
        name, equals, value = each.partition("=")
        if not equals:
            raise ConfigError(text("“{written}” is not NAME=VALUE.", written=each))
        if name not in specs:
            raise _unknown(name, list(specs))
        if name in found:
            raise ConfigError(text("“{name}” is given twice.", name=name))
        found[name] = value_of(specs[name], value)
    return found


def _unknown(name: str, known: Sequence[str]) -> ConfigError:
    guess = closest_match(name, known)
    if guess:
        return ConfigError(text("“{name}” is not known; did you mean “{guess}”?", name=name, guess=guess))
    options = ", ".join(known)
    return ConfigError(text("“{name}” is not known. Possible: {options}.", name=name, options=options))
