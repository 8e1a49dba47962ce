"""Where the axes of parallel coordinates are, in pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize

from bayesdesk.models.axes import MISSING

Array = NDArray[np.float64]
HEAD = 66  # pixels above the axes: names, kinds, and the mark of outliers
FOOT, SMALL_FOOT = 58, 20  # below: with marks of outliers or missing values, and without
LEFT, RIGHT = 62, 78  # beside the outermost axes: half a name; the ticks of the last axis
NAMES = 44  # pixels from the top: what is higher belongs to the name of an axis
_MISSING_BELOW = 30


@dataclass(frozen=True)
class Layout:
    """Axes side by side, with the same distance between them."""

    size: QSize
    count: int
    foot: int = FOOT

    @property
    def length(self) -> float:
        """Length of an axis."""
        return float(max(10, self.size.height() - HEAD - self.foot))

    @property
    def distance(self) -> float:
        """Distance between two axes."""
        return (self.size.width() - LEFT - RIGHT) / max(1, self.count - 1)

    def x_of(self, index: int) -> float:
        """Pixels from the left to an axis."""
        if self.count < 2:
            return self.size.width() / 2
        return LEFT + index * self.distance

    def y_of(self, position: float) -> float:
        """Pixels from the top to a position."""
        return float(self.heights(np.array([position]))[0])

    def heights(self, positions: Array) -> Array:
        """Pixels from the top to each position, of the same shape."""
        found = HEAD + (1.0 - positions) * self.length
        found[positions == MISSING] = HEAD + self.length + _MISSING_BELOW
        return found

    def position_at(self, y: float) -> float:
        """Position at so many pixels from the top."""
        return 1.0 - (y - HEAD) / self.length

    def axis_at(self, x: float, within: float) -> int | None:
        """Index of the nearest axis, if it is within so many pixels."""
        places = [abs(self.x_of(i) - x) for i in range(self.count)]
        nearest = int(np.argmin(places)) if places else 0
        return nearest if places and places[nearest] <= within else None
