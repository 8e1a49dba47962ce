"""What a run does, fixed by its seed alone."""

from __future__ import annotations

import random
from dataclasses import dataclass

from faults.kinds import KINDS, Kind


@dataclass(frozen=True)
class Plan:
    """One run.

    Attributes
    ----------
    faults
        Each fault with the number of trials that have begun when it strikes, in that order.
    scale
        By which the faults' times are shortened.
    """

    seed: int
    runner: str
    algorithm: str
    trials: int
    parallel: int
    faults: tuple[tuple[int, Kind], ...]
    scale: float

    @property
    def in_containers(self) -> bool:
        """Whether trials run in containers, here or on nodes."""
        return self.runner == "docker" or self.any("containers")

    @property
    def words(self) -> str:
        """The plan in a line."""
        struck = ", ".join(f"{kind.name} at {at}" for at, kind in self.faults)
        return f"{self.runner} {self.algorithm} {self.trials}x{self.parallel}: {struck}"

    def any(self, name: str) -> bool:
        """Whether one of the faults has an attribute."""
        return any(getattr(kind, name) for _at, kind in self.faults)


def plan(
    seed: int,
    scale: float = 1.0,
    kinds: tuple[str, ...] = (),
    runners: tuple[str, ...] = ("process", "docker"),
) -> Plan:
    """The plan of a seed; with ``kinds`` only of these."""
    rng = random.Random(seed)
    possible = [k for name, k in KINDS.items() if (not kinds or name in kinds)]
    possible = [k for k in possible if set(runners) & set(k.runners)]
    first = possible[seed % len(possible)]  # every kind has its turn
    runner = rng.choice([r for r in first.runners if r in runners])
    struck = [first]
    others = [k for k in possible if runner in k.runners and k.mixes and k != first]
    if first.mixes and others:
        struck += rng.sample(others, k=min(len(others), rng.choice([0, 0, 1, 2])))
    trials = rng.randint(6, 14)
    moments = sorted(rng.randint(1, trials - 1) for _ in struck)
    algorithm = rng.choice(["Random", "Grid", "Bayesian"])
    return Plan(
        seed=seed,
        runner=runner,
        algorithm=algorithm,
        trials=trials,
        parallel=rng.randint(2, 4),
        faults=tuple(zip(moments, struck, strict=True)),
        scale=scale,
    )
