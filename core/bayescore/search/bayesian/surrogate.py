"""The surrogate: scikit-optimize's Gaussian process on rows of the unit cube."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bayescore.config.models import CategoricalSpec
from bayescore.search.space import SearchSpace

Array = NDArray[np.float64]
_LENGTH_BOUNDS = (0.05, 20.0)  # in units of the cube: below it noise, above it no influence
_AMPLITUDE_BOUNDS = (0.05, 20.0)
_RESTARTS = 1


class GaussianProcess:
    """Matérn-5/2 with a length scale per coordinate and learned noise.

    Kernel: Rasmussen and Williams (2006), eq. 4.17.  A categorical becomes one
    coordinate per value (one-hot, scaled so that two values lie a distance of 1 apart).
    """

    def __init__(self, space: SearchSpace, seed: int) -> None:
        self._space = space
        self._seed = seed
        self._model: Any = None

    def fit(self, rows: Array, values: Array) -> GaussianProcess:
        """Fit the kernel's hyperparameters by maximum marginal likelihood.

        Parameters
        ----------
        rows
            Shape (n, d).
        values
            Shape (n,), mean 0 and variance 1.
        """
        from skopt.learning import GaussianProcessRegressor
        from skopt.learning.gaussian_process.kernels import ConstantKernel, Matern

        features = self._features(rows)
        width = features.shape[1]
        kernel = ConstantKernel(1.0, _AMPLITUDE_BOUNDS) * Matern(
            np.ones(width), [_LENGTH_BOUNDS] * width, nu=2.5
        )
        self._model = GaussianProcessRegressor(
            kernel=kernel, noise="gaussian", n_restarts_optimizer=_RESTARTS, random_state=self._seed
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # hyperparameters at their bounds are expected with few trials
            self._model.fit(features, values)
        return self

    def predict(self, rows: Array) -> tuple[Array, Array]:
        """Mean and standard deviation at ``rows`` (m, d), each (m,), without the noise."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mean, deviation = self._model.predict(self._features(rows), return_std=True)
        return np.asarray(mean), np.maximum(np.asarray(deviation), 1e-9)

    def believed(self, rows: Array, values: Array) -> None:
        """Condition on more observations without learning the hyperparameters again."""
        from sklearn.gaussian_process import GaussianProcessRegressor

        model = GaussianProcessRegressor(kernel=self._model.kernel_, optimizer=None, alpha=self._noise())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a noise of 0 has no logarithm, and none is needed
            self._model = model.fit(self._features(rows), values)

    def _noise(self) -> float:
        return max(float(self._model.noise_ or 0.0), 1e-8)

    def _features(self, rows: Array) -> Array:
        columns = []
        for i, spec in enumerate(self._space.specs):
            if isinstance(spec, CategoricalSpec):
                values = np.arange(len(spec.categorical_values))
                columns.append((rows[:, [i]] == values[None, :]) / np.sqrt(2.0))
            else:
                columns.append(rows[:, [i]])
        return np.concatenate(columns, axis=1)
