"""What the arrow keys go through in a plot: points of trials, or curves with their points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Key = TypeVar("Key")


@dataclass(frozen=True)
class Spot:
    """A point of a plot in the plot's coordinates, and what is said about it.

    Attributes
    ----------
    trial
        Number of the trial that it belongs to, if it is one of the job that is shown.
    """

    x: float
    y: float
    words: str
    trial: int | None = None


class Walk(Protocol):
    """Finds the point that a key leads to."""

    def beside(self, right: int, up: int) -> Spot | None:
        """The next point in a direction; the same one at an end; ``None`` without points."""
        ...

    def end(self, *, last: bool) -> Spot | None:
        """The leftmost point or the rightmost one."""
        ...


class Points:
    """One point for each trial: left and right go by place, up and down by height.

    Parameters
    ----------
    points
        Places and heights, and the numbers of the trials, all of shape (n,).
    words
        What is said about a trial.
    current
        Number of the trial to begin at.
    """

    def __init__(
        self,
        points: Callable[[], tuple[Array, Array, Sequence[int]]],
        words: Callable[[int], str],
        current: Callable[[], int | None],
    ) -> None:
        self._points, self._words, self._current = points, words, current

    def beside(self, right: int, up: int) -> Spot | None:
        x, y, numbers = self._points()
        order = np.lexsort((y, x) if right else (x, y)).tolist()
        at = [numbers[i] for i in order]
        if not at:
            return None
        current = self._current()
        place = at.index(current) + (right or up) if current in at else 0
        return self._spot(x, y, numbers, order[min(max(place, 0), len(order) - 1)])

    def end(self, *, last: bool) -> Spot | None:
        x, y, numbers = self._points()
        order = np.lexsort((y, x)).tolist()
        return self._spot(x, y, numbers, order[-1 if last else 0]) if order else None

    def _spot(self, x: Array, y: Array, numbers: Sequence[int], row: int) -> Spot:
        number = int(numbers[row])
        return Spot(float(x[row]), float(y[row]), self._words(number), number)


class Curves(Generic[Key]):
    """Curves with points: left and right go along a curve, up and down to the next one.

    Parameters
    ----------
    keys
        What identifies the curves, in their order.
    curve
        Places and heights of the points of one, both of shape (n,).
    words
        What is said about a point of one.
    trial_of
        Number of the trial that a curve belongs to.
    chosen
        The curve that is chosen elsewhere; by default the one that was reached last.
    """

    def __init__(
        self,
        keys: Callable[[], Sequence[Key]],
        curve: Callable[[Key], tuple[Array, Array]],
        words: Callable[[Key, float, float], str],
        trial_of: Callable[[Key], int | None],
        chosen: Callable[[], Key | None] = lambda: None,
    ) -> None:
        self._keys, self._curve, self._words = keys, curve, words
        self._trial_of, self._chosen = trial_of, chosen
        self._key: Key | None = None
        self._index: int | None = None  # of the point

    def beside(self, right: int, up: int) -> Spot | None:
        keys, key = list(self._keys()), self._chosen() or self._key
        if not keys:
            return None
        if key not in keys:
            key = keys[0]
        elif up:
            key = keys[min(max(keys.index(key) + up, 0), len(keys) - 1)]
        count = len(self._curve(key)[0])
        at = count - 1 if self._index is None else self._index + right
        return self._spot(key, min(max(at, 0), count - 1))

    def end(self, *, last: bool) -> Spot | None:
        keys, key = list(self._keys()), self._chosen() or self._key
        if not keys:
            return None
        key = key if key in keys else keys[0]
        return self._spot(key, len(self._curve(key)[0]) - 1 if last else 0)

    def _spot(self, key: Key, index: int) -> Spot:
        self._key, self._index = key, index
        x, y = self._curve(key)
        place, height = float(x[index]), float(y[index])
        return Spot(place, height, self._words(key, place, height), self._trial_of(key))
