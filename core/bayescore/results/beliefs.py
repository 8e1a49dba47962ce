"""What the trials of a job say of what was expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bayescore.config import Belief, CategoricalSpec, Goal, ParameterSpec
from bayescore.i18n import Text, text
from bayescore.results.best import counts
from bayescore.results.narrow import leading
from bayescore.results.observations import is_outside
from bayescore.search.space import to_unit
from bayescore.store import Job, Trial

LEAST_TRIALS = 8  # with fewer, the best of them lie anywhere
_EVERYWHERE = 0.7  # of a range on its scale: the best trials lie all over it


@dataclass(frozen=True)
class BeliefVerdict:
    """What the best trials say of the belief about one parameter.

    Attributes
    ----------
    expected
        The value, or the category with the largest weight.
    values
        Smallest and largest value of the best trials, or all of their categories, the most frequent first.
    is_met
        Whether the expected value is among them; ``None`` where the best trials lie everywhere.
    text
        The same in words.
    """

    name: str
    expected: int | float | str
    values: tuple[int | float | str, ...]
    is_met: bool | None
    text: Text


def belief_verdicts(
    specs: Sequence[ParameterSpec], expected: Mapping[str, Belief], trials: Sequence[Trial], goal: Goal
) -> tuple[BeliefVerdict, ...]:
    """What the best quarter of the trials, at least three, says of each belief.

    Empty with fewer than ``LEAST_TRIALS`` trials that succeeded. Trials outside the ranges do not count.
    """
    good = [t for t in trials if counts(t) and not is_outside(t, specs)]
    if len(good) < LEAST_TRIALS:
        return ()
    best = leading(good, goal)
    found = []
    for spec in specs:
        belief, values = expected.get(spec.name), [t.parameters.get(spec.name) for t in best]
        if belief is None or None in values:
            continue
        if isinstance(spec, CategoricalSpec):
            found.append(_of_choice(spec.name, belief, [str(v) for v in values]))
        else:
            found.append(_of_number(spec, belief, [v for v in values if isinstance(v, int | float)]))
    return tuple(found)


def verdicts_of(job: Job, trials: Sequence[Trial]) -> tuple[BeliefVerdict, ...]:
    """What the trials of a job say of what was expected when it began."""
    tuning = job.config.hyper_tuning
    return belief_verdicts(tuning.parameter_specs, job.local.expect, trials, tuning.goal)


def verdict_json(verdict: BeliefVerdict) -> dict[str, object]:
    """A verdict as ``--json`` prints it."""
    return {
        "parameter": verdict.name,
        "expected": verdict.expected,
        "best": list(verdict.values),
        "is_met": verdict.is_met,
    }


def _of_number(spec: ParameterSpec, belief: Belief, values: Sequence[int | float]) -> BeliefVerdict:
    around, low, high = belief.around, min(values), max(values)
    assert isinstance(around, int | float)
    words = {"name": spec.name, "value": f"{around:.4g}", "low": f"{low:.3g}", "high": f"{high:.3g}"}
    if to_unit(spec, high) - to_unit(spec, low) > _EVERYWHERE:
        message = text(
            "{name}: you expected {value}; the best trials lie anywhere between {low} and {high}.", **words
        )
        return BeliefVerdict(spec.name, around, (low, high), None, message)
    if low == high:
        message = text("{name}: you expected {value}; the best trials have {low}.", **words)
    else:
        message = text("{name}: you expected {value}; the best trials lie at {low} to {high}.", **words)
    return BeliefVerdict(spec.name, around, (low, high), low <= around <= high, message)


def _of_choice(name: str, belief: Belief, values: Sequence[str]) -> BeliefVerdict:
    weights = belief.weights
    expected = max(weights, key=lambda value: weights[value]) if weights else str(belief.around)
    ordered = sorted(dict.fromkeys(values), key=lambda value: -values.count(value))
    message = text(
        "{name}: you expected {value}, which {count} of the {all} best trials have; most have {most}.",
        name=name, value=expected, count=values.count(expected), all=len(values), most=ordered[0],
    ) if ordered[0] != expected else text(
        "{name}: you expected {value}, which {count} of the {all} best trials have.",
        name=name, value=expected, count=values.count(expected), all=len(values),
    )  # fmt: skip
    return BeliefVerdict(name, expected, tuple(ordered), ordered[0] == expected, message)
