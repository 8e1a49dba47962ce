"""Ticks of an axis: round values, and their labels."""

from __future__ import annotations

import math

from bayesdesk.models.formatting import number

_MANTISSAS = (1, 2, 5, 10)
_MOST_PLACES = 4  # decimal places: smaller values are written with an exponent
_FEWEST_DECADES = 3  # with fewer, a logarithmic axis also has ticks between the powers of ten


def round_values(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten between two ends.

    Parameters
    ----------
    most
        Largest number of values, one more where there would be a single one; at least 4.
    whole
        Whether only whole numbers are meaningful.
    """
    if not (math.isfinite(low) and math.isfinite(high) and high > low):
        return [low] if math.isfinite(low) else []
    step = _step((high - low) / (most + 1))
    found = _multiples(low, high, step, whole=whole)
    while len(found) > most:
        step = _step(1.01 * step)
        fewer = _multiples(low, high, step, whole=whole)
        if len(fewer) < 2:
            break
        found = fewer
    return found


def log_values(low: float, high: float, most: int) -> list[float]:
    """Ticks of a logarithmic axis: powers of ten, for a short axis also values between them."""
    if not 0 < low < high or not math.isfinite(high):
        return []
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    if last - first + 1 >= _FEWEST_DECADES:
        step = max(1, math.ceil((last - first + 1) / max(1, most)))
        return [10.0**e for e in range(first, last + 1, step)]
    between = [m * 10.0**e for e in range(first - 1, last + 1) for m in _MANTISSAS[:3]]
    found = [v for v in between if low * (1 - 1e-9) <= v <= high * (1 + 1e-9)]
    return found if len(found) >= _FEWEST_DECADES else round_values(low, high, most)


def labels(values: list[float]) -> list[str]:
    """Labels of evenly spaced values with the same number of decimal places."""
    step = values[1] - values[0] if len(values) > 1 else 0.0
    places = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else _MOST_PLACES + 1
    if places > _MOST_PLACES or max(map(abs, values), default=0.0) >= 1e6:
        return [number(float(f"{v:.12g}")) for v in values]
    return [f"{v:.{places}f}".replace("-", "−") for v in values]


def _step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(m * power for m in _MANTISSAS if m * power >= 0.999 * rough)


def _multiples(low: float, high: float, step: float, *, whole: bool) -> list[float]:
    step = max(1.0, step) if whole else step
    slack = step * 1e-9
    first, last = math.ceil((low - slack) / step), math.floor((high + slack) / step)
    return [k * step for k in range(first, last + 1)]
