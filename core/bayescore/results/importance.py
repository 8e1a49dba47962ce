"""How much each parameter matters for the objective."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bayescore.config import CategoricalSpec, ParameterSpec
from bayescore.results.best import counts
from bayescore.search.space import SearchSpace
from bayescore.store import Trial

LEAST_TRIALS = 10  # with fewer a forest sees patterns in noise
_TREES = 200


@dataclass(frozen=True)
class Importance:
    """Share of the explained variance that a parameter has, 0 to 1, and its spread over the trees."""

    name: str
    mean: float
    deviation: float


def importances(
    specs: Sequence[ParameterSpec], trials: Sequence[Trial], seed: int = 0
) -> tuple[Importance, ...]:
    """Parameters by importance, the greatest first; empty with fewer than ``LEAST_TRIALS``.

    Mean decrease in impurity of a random forest (Breiman, 2001, section 10), summed over
    the columns of a categorical parameter.
    """
    good = [t for t in trials if counts(t) and all(s.name in t.parameters for s in specs)]
    if len(good) < LEAST_TRIALS or not specs:
        return ()
    import numpy as np
    from sklearn.ensemble import RandomForestRegressor

    space = SearchSpace(tuple(specs))
    rows = np.array([space.row(t.parameters) for t in good])
    columns, owners = [], []
    for i, spec in enumerate(specs):
        if isinstance(spec, CategoricalSpec):
            columns += [rows[:, i] == k for k in range(len(spec.categorical_values))]
            owners += [i] * len(spec.categorical_values)
        else:
            columns.append(rows[:, i])
            owners.append(i)
    features = np.nan_to_num(np.stack(columns, axis=1).astype(np.float64))
    values = np.array([t.value for t in good])
    forest = RandomForestRegressor(_TREES, min_samples_leaf=2, random_state=seed).fit(features, values)
    by_tree = np.array([tree.feature_importances_ for tree in forest.estimators_])
    shares = np.stack([by_tree[:, [o == i for o in owners]].sum(axis=1) for i in range(len(specs))], axis=1)
    found = [
        Importance(s.name, float(shares[:, i].mean()), float(shares[:, i].std())) for i, s in enumerate(specs)
    ]
    return tuple(sorted(found, key=lambda f: -f.mean))
