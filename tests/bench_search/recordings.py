"""Learning curves of small real trainings, recorded when the benchmark runs.

Each task is a list of random points of a search space with the objective after every step. The kinds
differ on purpose: losses that saturate, errors with noise, test losses that rise again, rewards and
accuracies that lie flat and then take off.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from bayescore.config import PARAMETER_SPECS
from bayescore.search.space import draw
from bench_search.tasks import Spec, Values, choice, listed, real, whole

_POINTS = 120

Point = dict[str, Any]


@dataclass(frozen=True)
class Recording:
    """Curves of a task.

    Attributes
    ----------
    points
        ``n`` points.
    curves
        Objectives, shape (n, steps); NaN from where a training diverged.
    seconds
        Cost of one step, shape (n,).
    """

    name: str
    specs: list[Spec]
    goal: str
    points: tuple[Point, ...]
    curves: np.ndarray
    seconds: np.ndarray


def record(name: str, count: int = _POINTS, seed: int = 0) -> Recording:
    """Train at ``count`` random points of a task."""
    specs, goal, train, cost = TASKS[name]
    parsed = PARAMETER_SPECS.validate_python(specs)
    rng = np.random.default_rng(seed)
    points = tuple({s.name: draw(s, rng.random()) for s in parsed} for _ in range(count))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        curves = np.array([train(point, int(rng.integers(2**31))) for point in points], dtype=np.float64)
    curves[~np.isfinite(curves)] = np.nan
    curves[np.maximum.accumulate(np.isnan(curves), axis=1)] = np.nan
    return Recording(name, specs, goal, points, curves, np.array([cost(point) for point in points]))


def _classes(rng: np.random.Generator, count: int, features: int, noise: float) -> tuple[Any, ...]:
    """Two halves of a synthetic classification problem."""
    from sklearn.datasets import make_classification

    x, y = make_classification(
        2 * count,
        features,
        n_informative=max(2, features // 2),
        n_clusters_per_class=3,
        flip_y=noise,
        random_state=int(rng.integers(2**31)),
    )
    return x[:count], y[:count], x[count:], y[count:]


@cache
def _problem(name: str) -> tuple[Any, ...]:
    rng = np.random.default_rng(7)
    if name == "parity":
        x = rng.choice([-1.0, 1.0], size=(1200, 10))
        y = (np.prod(x[:, :4], axis=1) > 0).astype(int)
        return x[:600], y[:600], x[600:], y[600:]
    return _classes(rng, 400, 16, 0.2 if name == "noisy" else 0.02)


def _network(point: Values, seed: int, problem: str, steps: int, measure: str) -> list[float]:
    """Loss or error of a network after every epoch."""
    from sklearn.metrics import log_loss
    from sklearn.neural_network import MLPClassifier

    x, y, x_test, y_test = _problem(problem)
    model = MLPClassifier(
        int(point["width"]),
        activation=str(point["activation"]),
        solver=str(point["solver"]),
        learning_rate_init=float(point["rate"]),
        batch_size=int(point["batch"]),
        alpha=float(point["decay"]),
        random_state=seed % 2**31,
    )
    curve = []
    for _ in range(steps):
        try:
            model.partial_fit(x, y, classes=[0, 1])
        except ValueError:  # diverged
            break
        if measure == "loss":
            curve.append(float(log_loss(y_test, np.nan_to_num(model.predict_proba(x_test), nan=0.5))))
        else:
            curve.append(float(np.mean(model.predict(x_test) == y_test)))
    return curve + [np.nan] * (steps - len(curve))


_NETWORK = [
    real("rate", 1e-4, 1.0, log=True),
    listed("width", 4, 16, 64),
    listed("batch", 16, 64, 256),
    real("decay", 1e-6, 1e-1, log=True),
    choice("solver", "sgd", "adam"),
    choice("activation", "tanh", "relu"),
]


def _boosting(point: Values, seed: int) -> list[float]:
    """Test loss after every tree, which rises again when it overfits noisy labels."""
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.metrics import log_loss

    x, y, x_test, y_test = _problem("noisy")
    model = GradientBoostingClassifier(
        n_estimators=50,
        learning_rate=float(point["rate"]),
        max_depth=int(point["depth"]),
        subsample=float(point["subsample"]),
        max_features=float(point["features"]),
        random_state=seed % 2**31,
    ).fit(x, y)
    return [float(log_loss(y_test, p)) for p in model.staged_predict_proba(x_test)]


def _linear(point: Values, seed: int) -> list[float]:
    """Error of a linear model by stochastic gradient descent with a schedule."""
    x, y, x_test, y_test = _problem("noisy")
    rng = np.random.default_rng(seed)
    steps, weights, velocity, curve = 40, np.zeros(x.shape[1] + 1), 0.0, []
    design, test = (np.column_stack([each, np.ones(len(each))]) for each in (x, x_test))
    for epoch in range(steps):
        share = epoch / steps
        rate = float(point["rate"])
        if point["schedule"] == "cosine":
            rate *= 0.5 * (1.0 + np.cos(np.pi * share))
        elif point["schedule"] == "steps":
            rate *= 0.1 ** int(3.0 * share)
        for rows in np.array_split(rng.permutation(len(x)), max(1, len(x) // int(point["batch"]))):
            error = 1.0 / (1.0 + np.exp(-(design[rows] @ weights))) - y[rows]
            gradient = design[rows].T @ error / len(rows) + float(point["decay"]) * weights
            velocity = float(point["momentum"]) * velocity - rate * gradient
            weights = weights + velocity
        curve.append(float(np.mean((test @ weights > 0) != y_test)))
    return curve


def _chain(point: Values, seed: int) -> list[float]:
    """Reward of a policy gradient on a chain whose far end pays most, hence curves that take off."""
    rng = np.random.default_rng(seed)
    length, steps, curve = 9, 50, []
    logits = np.zeros((length, 2))
    baseline = 0.0
    for _ in range(steps):
        rewards = []
        for _episode in range(int(point["episodes"])):
            at, visited = 0, []
            for _move in range(2 * length):
                right = rng.random() < 1.0 / (1.0 + np.exp(logits[at, 0] - logits[at, 1]))
                visited.append((at, int(right)))
                at = min(at + 1, length - 1) if right else 0
                if at == length - 1:
                    break
            reward = 10.0 * (at == length - 1) + 0.2 * (at == 0) + 0.02 * rng.normal()
            rewards.append(reward)
            advantage = reward - baseline * (point["baseline"] == "mean")
            baseline = 0.9 * baseline + 0.1 * reward
            for state, action in visited:
                up = 1.0 / (1.0 + np.exp(logits[state, 1 - action] - logits[state, action]))
                logits[state, action] += float(point["rate"]) * advantage * (1.0 - up)
                logits[state, 1 - action] -= float(point["rate"]) * advantage * (1.0 - up)
            logits *= 1.0 - float(point["entropy"])
        curve.append(float(np.mean(rewards)))
    return curve


_Train = Callable[[Values, int], Sequence[float]]
TASKS: dict[str, tuple[list[Spec], str, _Train, Callable[[Values], float]]] = {
    "network": (
        _NETWORK,
        "MINIMIZE",
        lambda point, seed: _network(point, seed, "clean", 30, "loss"),
        lambda point: (1.0 + float(point["width"]) / 32.0) * (0.5 + 16.0 / float(point["batch"])),
    ),
    "parity": (
        _NETWORK,
        "MAXIMIZE",
        lambda point, seed: _network(point, seed, "parity", 40, "accuracy"),
        lambda point: (1.0 + float(point["width"]) / 32.0) * (0.5 + 16.0 / float(point["batch"])),
    ),
    "boosting": (
        [
            real("rate", 0.01, 1.0, log=True),
            whole("depth", 1, 6),
            real("subsample", 0.3, 1.0),
            real("features", 0.1, 1.0),
        ],
        "MINIMIZE",
        _boosting,
        lambda point: float(point["depth"]) * float(point["subsample"]),
    ),
    "linear": (
        [
            real("rate", 1e-3, 10.0, log=True),
            listed("batch", 4, 16, 64),
            real("decay", 1e-6, 1e-1, log=True),
            real("momentum", 0.0, 0.95),
            choice("schedule", "constant", "cosine", "steps"),
        ],
        "MINIMIZE",
        _linear,
        lambda point: 0.2 + 4.0 / float(point["batch"]),
    ),
    "chain": (
        [
            real("rate", 1e-4, 0.3, log=True),
            listed("episodes", 2, 8, 32),
            choice("baseline", "none", "mean"),
            real("entropy", 1e-5, 1e-1, log=True),
        ],
        "MAXIMIZE",
        _chain,
        lambda point: float(point["episodes"]),
    ),
}
