"""``expect`` of ``openbayes.local.yaml``: where the researcher believes the best to be.

Names and types are those of ``openbayes.yaml``, so it is read when both files are.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bayescore.config.known_sets import parameter_value, report_unknown
from bayescore.config.models import Algorithm, CategoricalSpec, HyperTuning, ParameterSpec, Scale
from bayescore.config.problems import has_errors
from bayescore.config.reader import Reader
from bayescore.config.scales import range_of, scale_of
from bayescore.config.yamltext import Path
from bayescore.i18n import text

EXPECT: Path = ("expect",)
AROUND, WITHIN = "around", "within"


class Belief(BaseModel):
    """Where the best value of one parameter is believed to be.

    Attributes
    ----------
    around
        The expected value; ``None`` when categories are weighted.
    within
        How far from it the best may lie: a factor above 1 on a logarithmic scale, a distance on a linear
        one; ``None`` for the default.
    weights
        Of categories; one that is not named weighs 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    around: int | float | str | None = None
    within: float | None = None
    weights: dict[str, float] = Field(default_factory=dict)


def read_expect_shape(reader: Reader, path: Path) -> None:
    """Check what can be checked without ``openbayes.yaml``: a mapping of names."""
    reader.mapping(path)


def beliefs(reader: Reader, tuning: HyperTuning) -> dict[str, Belief]:
    """The beliefs by parameter, in the order of the file.

    Parameters
    ----------
    reader
        Of ``openbayes.local.yaml``; gets the problems.
    """
    written = reader.value(EXPECT)
    if not isinstance(written, dict):
        return {}
    if written and tuning.algorithm is Algorithm.GRID:
        message = text("“expect” has no effect on a grid, which tries every combination in file order.")
        reader.warning("no-effect", EXPECT, message, key=True)
    specs = {spec.name: spec for spec in tuning.parameter_specs}
    found: dict[str, Belief] = {}
    for key in written:
        path, name = (*EXPECT, key), str(key)
        if name not in specs:
            report_unknown(reader, path, specs)
        elif (belief := belief_about(reader, specs[name], key)) is not None:
            found[name] = belief
    return found


def belief_about(reader: Reader, spec: ParameterSpec, key: Any = None) -> Belief | None:
    """What the file says about one parameter; ``None`` if it has errors, which the reader gets.

    Parameters
    ----------
    key
        The key in the file if it is not a text, as that of a parameter named ``1``.
    """
    path: Path = (*EXPECT, spec.name if key is None else key)
    value, count = reader.value(path), len(reader.problems)
    if value is None or value == {}:
        message = text(
            "“{name}” has no value: write the one that you expect, or remove the line.", name=spec.name
        )
        reader.error("missing", path, message, key=True)
        return None
    if isinstance(spec, CategoricalSpec):
        belief = _of_choices(reader, path, spec, value)
    elif isinstance(value, dict):
        reader.unknown_keys(path, (AROUND, WITHIN))
        if not reader.has((*path, AROUND)):
            reader.missing((*path, AROUND))
        around = _around(reader, (*path, AROUND), spec)
        belief = Belief(around=around, within=_within(reader, (*path, WITHIN), scale_of(spec)))
    else:
        belief = Belief(around=_around(reader, path, spec))
    return None if has_errors(reader.problems[count:]) else belief


def _around(reader: Reader, path: Path, spec: ParameterSpec) -> int | float | str | None:
    """The expected number, which lies in the range; any number between those of a list."""
    if isinstance(spec, CategoricalSpec) or not reader.has(path):
        return None
    number = parameter_value(reader, path, spec)
    low, high = range_of(spec)
    if isinstance(number, int | float) and not low <= number <= high:
        reader.error(
            "out-of-range",
            path,
            text(
                "{value} is outside the range of “{name}”, {low} to {high}. "
                "Write a value in the range, or make the range wider.",
                value=f"{number:g}",
                name=spec.name,
                low=f"{low:g}",
                high=f"{high:g}",
            ),
        )  # fmt: skip
    return number


def _within(reader: Reader, path: Path, scale: Scale) -> float | None:
    number = reader.number(path)
    if number is None:
        return None
    if scale is Scale.LOG and number <= 1:
        message = text("On a logarithmic scale “within” is a factor above 1; 3 means a third to three times.")
        reader.error("out-of-range", path, message)
    elif number <= 0:
        message = text("On a linear scale “within” is a distance above 0, in the unit of the parameter.")
        reader.error("out-of-range", path, message)
    return float(number)


def _of_choices(reader: Reader, path: Path, spec: CategoricalSpec, value: Any) -> Belief | None:
    if not isinstance(value, dict):
        name = reader.text(path)
        if name is not None and name not in spec.categorical_values:
            report_unknown(reader, path, spec.categorical_values, name=name)
        return Belief(around=name)
    weights: dict[str, float] = {}
    for key in value:
        where, name = (*path, key), _key_text(reader, (*path, key))
        if name not in spec.categorical_values:
            report_unknown(reader, where, spec.categorical_values, name=name)
            continue
        weight = reader.number(where)
        if weight is None and reader.value(where) is None:
            reader.error(
                "missing",
                where,
                text("“{name}” has no weight; write {example}.", name=name, example="3"),
                key=True,
            )
        elif weight is not None and weight <= 0:
            message = text(
                "A weight must be greater than 0. To exclude “{name}”, remove it from categorical_values.",
                name=name,
            )
            reader.error("out-of-range", where, message)
        weights[name] = float(weight or 1)
    return Belief(weights=weights)


def _key_text(reader: Reader, path: Path) -> str:
    """A key as a category is read: ``on`` and ``1.0`` as they are written."""
    node = reader.document.key_node(path)
    if node is None or node.style or isinstance(node.data, str):
        return str(path[-1])
    return reader.document.text[node.start : node.end]


def written_belief(belief: Belief) -> Any:
    """A belief as it is written to the file."""
    if belief.weights:
        return dict(belief.weights)
    return belief.around if belief.within is None else {AROUND: belief.around, WITHIN: belief.within}
