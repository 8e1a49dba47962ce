"""Benchmark tasks: a search space and an objective each."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

Spec = dict[str, Any]
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Task:
    """A space, a goal, and the objective; NaN is a failed trial.

    Attributes
    ----------
    best
        The optimum, where it is known.
    place
        The parameters of the optimum, where they are known.
    """

    name: str
    specs: list[Spec]
    goal: str
    objective: Callable[[Values], float]
    best: float | None = None
    place: Values | None = None


def real(name: str, low: float, high: float, *, log: bool = False) -> Spec:
    """A real number."""
    scale = "UNIT_LOG_SCALE" if log else "UNIT_LINEAR_SCALE"
    return {"name": name, "type": "DOUBLE", "min_value": low, "max_value": high, "scale_type": scale}


def whole(name: str, low: int, high: int, *, log: bool = False) -> Spec:
    """A whole number."""
    return {**real(name, low, high, log=log), "type": "INTEGER"}


def listed(name: str, *values: float) -> Spec:
    """Listed numbers."""
    return {"name": name, "type": "DISCRETE", "discrete_values": list(values)}


def choice(name: str, *values: str) -> Spec:
    """Listed texts."""
    return {"name": name, "type": "CATEGORICAL", "categorical_values": list(values)}


# ---- real trainings


@cache
def _data(name: str) -> tuple[Any, ...]:
    from sklearn import datasets
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    loaded = getattr(datasets, f"load_{name}")()
    order = np.random.default_rng(11).permutation(len(loaded.target))[:600]
    x, y = loaded.data[order], loaded.target[order]
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.4, random_state=3)
    scaler = StandardScaler().fit(x_train)
    return scaler.transform(x_train), scaler.transform(x_test), y_train, y_test


def _forest(values: Values) -> float:
    from sklearn.ensemble import ExtraTreesRegressor

    x_train, x_test, y_train, y_test = _data("diabetes")
    model = ExtraTreesRegressor(
        int(values["trees"]),
        max_depth=int(values["depth"]),
        min_samples_leaf=int(values["leaf"]),
        max_features=values["features"],
        bootstrap=values["bootstrap"] == "yes",
        random_state=0,
    )
    error = model.fit(x_train, y_train).predict(x_test) - y_test
    return float(np.sqrt(np.mean(error**2)))


def _support_vectors(values: Values) -> float:
    from sklearn.svm import SVC

    x_train, x_test, y_train, y_test = _data("wine")
    model = SVC(
        C=values["C"], gamma=values["gamma"], kernel=values["kernel"], coef0=values["coef0"], max_iter=2000
    )
    decided = model.fit(x_train, y_train).decision_function(x_test)
    margins = decided[np.arange(len(y_test)), y_test]
    return float(np.mean(np.argmax(decided, axis=1) == y_test) + 0.01 * np.tanh(margins.mean()))


def _network(values: Values) -> float:
    from sklearn.neural_network import MLPClassifier

    x_train, x_test, y_train, y_test = _data("breast_cancer")
    model = MLPClassifier(
        [int(values["width"])] * int(values["layers"]),
        activation=values["activation"],
        learning_rate_init=values["lr"],
        alpha=values["decay"],
        batch_size=int(values["batch"]),
        max_iter=12,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(x_train, y_train)
    chances = np.clip(model.predict_proba(x_test)[np.arange(len(y_test)), y_test], 1e-9, 1.0)
    return float(-np.mean(np.log(chances)))


# ---- functions


def _hartmann(values: Values) -> float:
    """Hartmann's function of four dimensions (Picheny et al., 2012, appendix)."""
    x = np.array([values[f"x{i}"] for i in range(4)])
    height = np.array([1.0, 1.2, 3.0, 3.2])
    width = np.array([[10, 3, 17, 3.5], [0.05, 10, 17, 0.1], [3, 3.5, 1.7, 10], [17, 8, 0.05, 10]])
    centre = np.array(
        [[0.1312, 0.1696, 0.5569, 0.0124], [0.2329, 0.4135, 0.8307, 0.3736],
         [0.2348, 0.1451, 0.3522, 0.2883], [0.4047, 0.8828, 0.8732, 0.5743]]
    )  # fmt: skip
    return float(-(height * np.exp(-(width * (x - centre) ** 2).sum(axis=1))).sum())


def _levy(values: Values) -> float:
    """Levy's function with two choices that shift it."""
    w = [1 + (values[f"x{i}"] - 1) / 4 for i in range(4)]
    inner = sum((a - 1) ** 2 * (1 + 10 * math.sin(math.pi * a + 1) ** 2) for a in w[:-1])
    ends = math.sin(math.pi * w[0]) ** 2 + (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)
    shift = {"a": 1.0, "b": 0.0, "c": 3.0, "d": 2.0}[values["mode"]]
    return ends + inner + shift + (0.5 if values["extra"] == "on" else 0.0)


def _cliff(values: Values) -> float:
    """Trials that need too much memory fail; the optimum lies just below the limit."""
    need = values["width"] * values["batch"] * values["depth"] / (96 * 128 * 6)
    if need > 1:
        return math.nan
    size = (
        0.12 * math.log(values["width"]) + 0.08 * math.log(values["batch"]) + 0.1 * math.sqrt(values["depth"])
    )
    rate = 0.15 * abs(math.log10(values["lr"]) + 2.8)
    return (
        size - rate - max(0.0, values["dropout"] - 0.35) ** 2 + (0.08 if values["norm"] == "layer" else 0.0)
    )


def _diverging(values: Values) -> float:
    """Large steps with momentum diverge by many orders of magnitude."""
    rate = math.log10(values["lr"])
    loss = 0.1 * (rate + 3) ** 2 + 0.3 * (values["momentum"] - 0.9) ** 2
    loss += (
        0.02 * (math.log2(values["batch"]) - 6) ** 2
        + {"adam": 0.0, "rms": 0.05, "sgd": 0.1}[values["optimizer"]]
    )
    return 10 ** (3 + 5 * (rate + 1) + loss) if rate > -1 and values["momentum"] > 0.8 else loss


def _noisy(values: Values) -> float:
    """A quadratic with noise that is a function of the point, so that it is the same for all optimisers."""
    x = np.array([values["a"], values["b"], math.log10(values["c"]) / 3 + 1])
    quadratic = float(((x - np.array([0.3, 0.7, 0.55])) ** 2).sum()) + (
        0.05 if values["kind"] != "z" else 0.0
    )
    seed = int(1e6 * x[0]) * 1_000_003 + int(1e6 * x[1]) * 1009 + int(1e6 * x[2])
    return quadratic + 0.02 * float(np.random.default_rng(abs(seed)).normal())


def suite() -> tuple[Task, ...]:
    """All tasks."""
    unit = [real(f"x{i}", 0.0, 1.0) for i in range(4)]
    far = [real(f"x{i}", -10.0, 10.0) for i in range(4)]
    return (
        Task(
            "forest:diabetes",
            [
                whole("trees", 5, 120, log=True), whole("depth", 1, 12), whole("leaf", 1, 40, log=True),
                real("features", 0.1, 1.0), choice("bootstrap", "yes", "no"),
            ],
            "MINIMIZE",
            _forest,
        ),
        Task(
            "svm:wine",
            [
                real("C", 1e-3, 1e3, log=True), real("gamma", 1e-6, 1e1, log=True),
                choice("kernel", "sigmoid", "poly", "rbf"), real("coef0", -1.0, 2.0),
            ],
            "MAXIMIZE",
            _support_vectors,
        ),
        Task(
            "network:breast_cancer",
            [
                real("lr", 1e-5, 1.0, log=True), real("decay", 1e-7, 10.0, log=True),
                whole("width", 4, 96, log=True), whole("layers", 1, 3), listed("batch", 8, 16, 32, 64, 128),
                choice("activation", "relu", "tanh", "logistic"),
            ],
            "MINIMIZE",
            _network,
        ),
        Task("hartmann4", unit, "MINIMIZE", _hartmann, -3.72984, {"x0": 0.1874, "x1": 0.1942, "x2": 0.5579, "x3": 0.2648}),
        Task("levy-mixed", [*far, choice("mode", "a", "b", "c", "d"), choice("extra", "on", "off")], "MINIMIZE", _levy, 0.0, {**{f"x{i}": 1.0 for i in range(4)}, "mode": "b", "extra": "off"}),
        Task(
            "cliff",
            [
                real("lr", 1e-5, 1.0, log=True), whole("width", 16, 512, log=True),
                listed("batch", 16, 32, 64, 128, 256, 512), whole("depth", 1, 12), real("dropout", 0.0, 0.8),
                choice("norm", "none", "batch", "layer"),
            ],
            "MAXIMIZE",
            _cliff,
            place={"lr": 10**-2.8, "width": 384, "batch": 16, "depth": 12, "dropout": 0.35, "norm": "layer"},
        ),
        Task(
            "diverging",
            [
                real("lr", 1e-6, 10.0, log=True), real("momentum", 0.0, 1.0),
                listed("batch", 8, 16, 32, 64, 128, 256), choice("optimizer", "sgd", "rms", "adam"),
            ],
            "MINIMIZE",
            _diverging,
            0.0,
            {"lr": 1e-3, "momentum": 0.9, "batch": 64, "optimizer": "adam"},
        ),
        Task(
            "noisy-quadratic",
            [real("a", 0.0, 1.0), real("b", 0.0, 1.0), real("c", 1e-3, 1.0, log=True), choice("kind", "x", "y", "z")],
            "MINIMIZE",
            _noisy,
            place={"a": 0.3, "b": 0.7, "c": 10**-1.35, "kind": "z"},
        ),
    )  # fmt: skip
