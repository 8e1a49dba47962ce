"""The plan of a run, determined by its seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from faults.catalogue import FAULTS, Fault


@dataclass(frozen=True)
class Plan:
    """One run.

    Attributes
    ----------
    faults
        Each fault with the number of trials that have begun when it is injected, in that order.
    scale
        Factor for the durations of faults.
    """

    seed: int
    runner: str
    algorithm: str
    trials: int
    parallel: int
    faults: tuple[tuple[int, Fault], ...]
    scale: float

    @property
    def in_containers(self) -> bool:
        """Whether trials run in containers, here or on nodes."""
        return self.runner == "docker" or self.any("containers")

    @property
    def behaviour(self) -> str:
        """How the program behaves: as the first fault says that needs something special."""
        return next((f.behaviour for _at, f in self.faults if f.behaviour != "plain"), "plain")

    @property
    def stops_early(self) -> bool:
        """Whether trials diverge, so that they are to be stopped early."""
        return self.behaviour.startswith("diverges")

    @property
    def summary(self) -> str:
        """The plan in a line."""
        faults = ", ".join(f"{fault.name} at {at}" for at, fault in self.faults)
        return f"{self.runner} {self.algorithm} {self.trials}x{self.parallel}: {faults}"

    def any(self, name: str) -> bool:
        """Whether one of the faults has an attribute."""
        return any(getattr(fault, name) for _at, fault in self.faults)


def plan(
    seed: int,
    scale: float = 1.0,
    names: tuple[str, ...] = (),
    runners: tuple[str, ...] = ("process", "docker"),
) -> Plan:
    """The plan of a seed; with ``names`` only faults of these names."""
    rng = random.Random(seed)
    possible = [f for name, f in FAULTS.items() if not names or name in names]
    possible = [f for f in possible if set(runners) & set(f.runners)]
    first = possible[seed % len(possible)]  # every fault has its turn
    runner = rng.choice([r for r in first.runners if r in runners])
    chosen = [first]
    others = [f for f in possible if runner in f.runners and f.mixes and f != first]
    if first.mixes and others:
        chosen += rng.sample(others, k=min(len(others), rng.choice([0, 0, 1, 2])))
    trials = rng.randint(6, 14)
    moments = sorted(rng.randint(1, trials - 1) for _ in chosen)
    algorithm = rng.choice(["Random", "Grid", "Bayesian"])
    return Plan(
        seed=seed,
        runner=runner,
        algorithm=algorithm,
        trials=trials,
        parallel=rng.randint(2, 4),
        faults=tuple(zip(moments, chosen, strict=True)),
        scale=scale,
    )
