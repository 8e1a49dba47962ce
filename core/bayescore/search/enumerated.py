"""Grid search, random search, and the random stream that they draw from."""

from __future__ import annotations

import numpy as np

from bayescore.config.models import CategoricalSpec, DiscreteSpec
from bayescore.search.space import Key, Point, SearchSpace, choices, count, draw
from bayescore.search.suggestion import ExhaustedReason, Origin, Suggestion

EXHAUSTED = Suggestion(None, exhausted=ExhaustedReason.ALL_COMBINATIONS)
_TRIES = 200  # draws before the remaining combinations are listed instead


def stream(seed: int, number: int, purpose: int = 0) -> np.random.Generator:
    """Random numbers of one trial: the same in every process for the same arguments."""
    return np.random.default_rng([seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF, number, purpose])


def next_on_grid(space: SearchSpace, used: set[Key]) -> Suggestion:
    """First combination in file order that is not used."""
    for point in space.grid():
        if space.key(point) not in used:
            return Suggestion(point, Origin.GRID)
    return EXHAUSTED


def next_random(space: SearchSpace, used: set[Key], seed: int, number: int) -> Suggestion:
    """Draw by the specs' distributions; listed values without repeats while new ones remain.

    DISCRETE and CATEGORICAL parameters walk, together, through a shuffled list of
    their combinations before one comes again; numbers are drawn freely.
    """
    point = fresh_draw(space, used, stream(seed, number), seed)
    return EXHAUSTED if point is None else Suggestion(point, Origin.RANDOM)


def fresh_draw(space: SearchSpace, used: set[Key], rng: np.random.Generator, seed: int) -> Point | None:
    """A point that is not used yet; ``None`` when there is none."""
    if (total := space.combinations()) is not None and total <= len(_legal(space, used)):
        return None
    listed = _least_used_listed(space, used, seed)
    for _ in range(_TRIES):
        point = {
            s.name: listed.get(s.name, draw(s, u))
            for s, u in zip(space.specs, rng.random(space.dimensions), strict=True)
        }
        if space.key(point) not in used:
            return point
    return _any_unused(space, used, rng)


def _legal(space: SearchSpace, used: set[Key]) -> set[Key]:
    """Used keys that this space can hold: history may come from a wider one."""
    return {key for key in used if all(_holds(s, v) for s, v in zip(space.specs, key, strict=True))}


def _holds(spec: object, value: object) -> bool:
    if isinstance(spec, DiscreteSpec | CategoricalSpec):
        return value in choices(spec)
    low, high = getattr(spec, "min_value"), getattr(spec, "max_value")  # noqa: B009
    return bool(low <= value <= high)


def _least_used_listed(space: SearchSpace, used: set[Key], seed: int) -> Point:
    """Values of the listed parameters: the first, in shuffled order, of the least used combinations."""
    listed = [i for i, s in enumerate(space.specs) if isinstance(s, DiscreteSpec | CategoricalSpec)]
    if not listed:
        return {}
    sizes = [len(choices(space.specs[i])) for i in listed]
    times: dict[tuple[object, ...], int] = {}
    for key in used:
        part = tuple(key[i] for i in listed)
        times[part] = times.get(part, 0) + 1
    for index in _shuffled(int(np.prod(sizes, dtype=object)), seed, sum(times.values())):
        digits = np.unravel_index(index, sizes)
        values = [choices(space.specs[i])[int(d)] for i, d in zip(listed, digits, strict=True)]
        if _rarely(tuple(values), times, sizes):
            return {space.specs[i].name: v for i, v in zip(listed, values, strict=True)}
    return {}


def _rarely(values: tuple[object, ...], times: dict[tuple[object, ...], int], sizes: list[int]) -> bool:
    total = int(np.prod(sizes, dtype=object))
    least = 0 if len(times) < total else min(times.values())
    return (
        times.get(tuple(float(v) if isinstance(v, int) else v for v in values), times.get(values, 0)) <= least
    )


def _shuffled(total: int, seed: int, used: int) -> list[int]:
    """Indices of combinations in an order of the seed's; of a huge grid only a part is looked at."""
    rng = stream(seed, 0, purpose=1)
    if total <= 100_000:
        return [int(i) for i in rng.permutation(total)]
    return [int(i) for i in rng.integers(0, min(total, 2**62), size=used + _TRIES)]


def _any_unused(space: SearchSpace, used: set[Key], rng: np.random.Generator) -> Point | None:
    """Some unused point when draws keep hitting used ones (few combinations remain)."""
    total = space.combinations()
    if total is None or total > 1_000_000:
        return None
    ranges = [
        choices(s)
        if isinstance(s, DiscreteSpec | CategoricalSpec)
        else range(int(s.min_value), int(s.max_value) + 1)
        if count(s) != 1 or s.type == "INTEGER"
        else (s.min_value,)
        for s in space.specs
    ]
    names = [s.name for s in space.specs]
    for index in rng.permutation(total):
        digits = np.unravel_index(int(index), [len(r) for r in ranges])
        point: Point = {n: r[int(d)] for n, r, d in zip(names, ranges, digits, strict=True)}
        if space.key(point) not in used:
            return point
    return None
