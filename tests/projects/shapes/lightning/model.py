"""The model."""

import math


class LitRegressor:
    """A loss that falls with each epoch and depends on both hyperparameters."""

    def __init__(self, learning_rate: float, hidden_dim: int) -> None:
        self.best = 0.1 + (math.log10(learning_rate) + 2) ** 2 / 10 + abs(hidden_dim - 96) / 1000

    def loss(self, epoch: int) -> float:
        """Validation loss after an epoch."""
        return self.best * (1 + 1 / 2**epoch)
