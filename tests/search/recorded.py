"""Suggestions for fixed spaces, trials and seeds, to compare with ``recorded.json``.

``python tests/search/recorded.py`` records them again. Do that only when the search is meant to
suggest something else: running jobs repeat their suggestions after an update.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bayescore.config import Algorithm, CategoricalSpec, DiscreteSpec, DoubleSpec, Goal, IntegerSpec, Scale
from bayescore.search import Observation, Origin, Outcome, SearchSpace, Suggestion, suggest
from bayescore.search.space import draw

FILE = Path(__file__).with_name("recorded.json")
LISTED = (
    DiscreteSpec(name="batch", discrete_values=(16, 32, 64, 128)),
    CategoricalSpec(name="optimizer", categorical_values=("adam", "sgd", "rmsprop")),
    IntegerSpec(name="layers", min_value=1, max_value=6),
)
NUMBERS = (
    DoubleSpec(name="lr", min_value=1e-5, max_value=1e-1, scale_type=Scale.LOG),
    DoubleSpec(name="momentum", min_value=-1.0, max_value=1.0),
)
SPACES = {
    "mixed": SearchSpace((*NUMBERS, *LISTED)),
    "numbers": SearchSpace(NUMBERS),
    "listed": SearchSpace(LISTED),
    "choices": SearchSpace(
        tuple(CategoricalSpec(name=n, categorical_values=("a", "b", "c", "d")) for n in "xyz")
    ),
}
TRIALS = (0, 3, 8, 25)
SEEDS = (1, 2**40 + 7)


def observed(space: SearchSpace, count: int, origin: Origin | None = None) -> list[Observation]:
    """Trials at random points: most finished, some failed, running, stopped or without a finite value."""
    rng = np.random.default_rng(count)
    trials = []
    for number in range(count):
        point = {spec.name: draw(spec, rng.random()) for spec in space.specs}
        value = float(np.sum(np.sin(3.0 * space.row(point)))) + rng.normal() / 10
        outcome = {5: Outcome.FAILED, 6: Outcome.RUNNING, 9: Outcome.STOPPED}.get(
            number % 12, Outcome.FINISHED
        )
        if number % 12 == 10:
            value = math.nan if number < 12 else 1e30
        trials.append(Observation(point, outcome, value if outcome is Outcome.FINISHED else None, origin))
    return trials


def suggestions() -> dict[str, Suggestion]:
    """Every recorded suggestion by the name of its case."""
    found = {}
    for name, space in SPACES.items():
        for count in TRIALS:
            for seed in SEEDS:
                trials = observed(space, count)
                for goal in Goal:
                    case = f"{name}, {count} trials, seed {seed}, {goal}"
                    found[case] = suggest(space, goal, trials, seed, count + 1, stop_when_exhausted=True)
                found[f"{name}, {count} trials, seed {seed}, Random"] = suggest(
                    space, Goal.MINIMIZE, trials, seed, count + 1, algorithm=Algorithm.RANDOM
                )
    earlier = observed(SPACES["mixed"], 20, Origin.HISTORY)
    narrow = SearchSpace((DoubleSpec(name="momentum", min_value=-0.2, max_value=0.4), *LISTED))
    found["history of a wider space"] = suggest(narrow, Goal.MAXIMIZE, earlier, 3, 1)
    found["grid"] = suggest(SPACES["choices"], Goal.MAXIMIZE, [], 1, 1, algorithm=Algorithm.GRID)
    return found


def as_json(suggestion: Suggestion) -> dict[str, Any]:
    """A suggestion as it is recorded."""
    return json.loads(json.dumps(asdict(suggestion)))


if __name__ == "__main__":
    content = {name: as_json(suggestion) for name, suggestion in suggestions().items()}
    FILE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
