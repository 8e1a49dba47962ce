"""The part of an axis that a plot shows: zoomed about a point, moved, and kept within limits."""

from __future__ import annotations

Span = tuple[float, float]
_MOST = 1000.0  # times


def scaled(shown: Span, centre: float, factor: float) -> Span:
    """The span after zooming in by a factor about a point, which stays where it is."""
    return centre + (shown[0] - centre) / factor, centre + (shown[1] - centre) / factor


def moved(shown: Span, by: float) -> Span:
    """The span moved along the axis."""
    return shown[0] + by, shown[1] + by


def limited(wanted: Span, whole: Span, least: float = 0.0) -> Span:
    """The nearest span that lies within the whole and is not too short.

    Parameters
    ----------
    least
        Shortest length that is meaningful, such as one step; the whole divided by 1000 is a limit, too.
    """
    length = whole[1] - whole[0]
    low, high = min(wanted), max(wanted)
    size = min(max(high - low, least, length / _MOST), length)
    low = min(max((low + high - size) / 2, whole[0]), whole[1] - size)
    return low, low + size


def covers(shown: Span, whole: Span) -> bool:
    """Whether a span is as good as the whole."""
    slack = 1e-6 * (whole[1] - whole[0])
    return shown[0] <= whole[0] + slack and shown[1] >= whole[1] - slack
