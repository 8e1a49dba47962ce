"""Optimisers with a common ask-and-tell interface."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from bayescore.config import PARAMETER_SPECS
from bayescore.search.space import draw
from bench_search.ask_tell import bayesian
from bench_search.tasks import Spec, Values


class Optimiser(Protocol):
    """One run of an optimiser."""

    def ask(self) -> dict[str, Any] | None:
        """Next parameters; ``None`` when nothing is left to try."""
        ...

    def tell(self, parameters: Values, value: float | None) -> None:
        """Report an objective; ``None`` for a failed trial."""
        ...


class Random:
    """Random search."""

    def __init__(self, specs: Sequence[Spec], goal: str, seed: int, parallel: int) -> None:
        del goal, parallel
        self._specs = PARAMETER_SPECS.validate_python(list(specs))
        self._rng = np.random.default_rng(seed)

    def ask(self) -> dict[str, Any]:
        return {s.name: draw(s, self._rng.random()) for s in self._specs}

    def tell(self, parameters: Values, value: float | None) -> None:
        """Ignored."""


class Optuna:
    """Tree-structured Parzen estimator at its defaults, multivariate as its manual recommends."""

    def __init__(self, specs: Sequence[Spec], goal: str, seed: int, parallel: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=parallel > 1)
        self._study = optuna.create_study(direction=goal.lower(), sampler=sampler)
        self._specs = list(specs)
        self._failed = optuna.trial.TrialState.FAIL
        self._open: list[tuple[dict[str, Any], Any]] = []

    def ask(self) -> dict[str, Any]:
        trial = self._study.ask()
        found: dict[str, Any] = {}
        for s in self._specs:
            log = s.get("scale_type") == "UNIT_LOG_SCALE"
            if s["type"] == "DOUBLE":
                found[s["name"]] = trial.suggest_float(s["name"], s["min_value"], s["max_value"], log=log)
            elif s["type"] == "INTEGER":
                found[s["name"]] = trial.suggest_int(s["name"], s["min_value"], s["max_value"], log=log)
            else:
                values = s.get("discrete_values") or s["categorical_values"]
                found[s["name"]] = trial.suggest_categorical(s["name"], values)
        self._open.append((found, trial))
        return found

    def tell(self, parameters: Values, value: float | None) -> None:
        index = next(i for i, (found, _trial) in enumerate(self._open) if found == parameters)
        _found, trial = self._open.pop(index)
        if value is None:
            self._study.tell(trial, state=self._failed)
        else:
            self._study.tell(trial, value)


class ScikitOptimize:
    """Gaussian process with the hedged portfolio; a failed trial gets the worst value so far."""

    def __init__(self, specs: Sequence[Spec], goal: str, seed: int, parallel: int) -> None:
        from skopt import Optimizer
        from skopt.space import Categorical, Integer, Real

        del parallel
        self._sign = -1.0 if goal == "MAXIMIZE" else 1.0
        self._worst = 0.0
        self._names = [s["name"] for s in specs]
        dimensions = []
        for s in specs:
            prior = "log-uniform" if s.get("scale_type") == "UNIT_LOG_SCALE" else "uniform"
            if s["type"] == "DOUBLE":
                dimensions.append(Real(s["min_value"], s["max_value"], prior))
            elif s["type"] == "INTEGER":
                dimensions.append(Integer(s["min_value"], s["max_value"], prior))
            else:
                dimensions.append(Categorical(s.get("discrete_values") or s["categorical_values"]))
        self._optimizer = Optimizer(dimensions, random_state=seed)

    def ask(self) -> dict[str, Any]:
        return dict(zip(self._names, self._optimizer.ask(), strict=True))

    def tell(self, parameters: Values, value: float | None) -> None:
        reported = self._worst if value is None else self._sign * value
        self._worst = max(self._worst, reported)
        self._optimizer.tell([parameters[n] for n in self._names], reported)


OPTIMISERS: dict[str, Callable[..., Optimiser]] = {
    "bayesdesk": bayesian,
    "optuna-tpe": Optuna,
    "scikit-optimize": ScikitOptimize,
    "random": Random,
}
