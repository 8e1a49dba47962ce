"""Brushes on axes: what a press on an axis takes hold of, and what a drag makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bayesdesk.jobs.trial_filter import Brush
from bayesdesk.plots.parallel.axes import Axis

EDGE = 8.0  # pixels around an end of a brush within which the end is taken hold of


class Part(StrEnum):
    """What is held."""

    NEW = "new"
    LOW = "low"  # the end nearer to the foot of the axis
    HIGH = "high"
    WHOLE = "whole"


@dataclass(frozen=True)
class Hold:
    """A brush, or the place of a new one, under the pointer.

    Attributes
    ----------
    index
        Which of the axis' brushes; ``len(brushes)`` for a new one.
    low, high
        Its ends as positions when it was taken hold of.
    pressed
        Position of the pointer then.
    """

    axis: str
    part: Part
    index: int
    low: float
    high: float
    pressed: float


def span(axis: Axis, brush: Brush) -> tuple[float, float]:
    """Ends of a brush as positions, the lower first."""
    low, high = sorted((axis.position(brush.low), axis.position(brush.high)))
    return low, high


def take_hold(axis: Axis, brushes: tuple[Brush, ...], position: float, pixels: float) -> Hold:
    """What a press at a position means; ``pixels`` is the axis' length on the screen."""
    edge = EDGE / pixels
    for index, brush in enumerate(brushes):
        low, high = span(axis, brush)
        if abs(position - high) <= edge:
            return Hold(axis.name, Part.HIGH, index, low, high, position)
        if abs(position - low) <= edge:
            return Hold(axis.name, Part.LOW, index, low, high, position)
        if low < position < high:
            return Hold(axis.name, Part.WHOLE, index, low, high, position)
    return Hold(axis.name, Part.NEW, len(brushes), position, position, position)


def dragged(axis: Axis, brushes: tuple[Brush, ...], hold: Hold, position: float) -> tuple[Brush, ...]:
    """The axis' brushes with the held one dragged to a position."""
    if hold.part is Part.WHOLE:
        shift = min(max(position - hold.pressed, -hold.low), 1.0 - hold.high)
        ends = (hold.low + shift, hold.high + shift)
    elif hold.part is Part.LOW:
        ends = (position, hold.high)
    elif hold.part is Part.HIGH:
        ends = (hold.low, position)
    else:
        ends = (hold.pressed, position)
    low, high = sorted(axis.value(p) for p in ends)
    changed = list(brushes)
    changed[hold.index : hold.index + 1] = [Brush(low, high)]
    return tuple(changed)


def toggled(axis: Axis, brushes: tuple[Brush, ...], position: float) -> tuple[Brush, ...]:
    """The axis' brushes with the category at a position chosen, or not any more."""
    name = axis.category(position)
    kept = tuple(b for b in brushes if b.low != name)
    return kept if len(kept) < len(brushes) else (*brushes, Brush(name, name))


def parsed(axis: Axis, words: str) -> Brush | None:
    """A brush that was typed: ``0.1 … 0.3``, ``0.1 0.3``; ``None`` when it is none."""
    parts = words.replace("…", " ").replace("..", " ").replace(",", " ").split()
    try:
        values = [float(part) for part in parts]
    except ValueError:
        return None
    if len(values) != 2:
        return None
    low, high = sorted(values)
    least, most = axis.extremes
    return Brush(max(low, least), min(high, most)) if low <= most and high >= least else None
