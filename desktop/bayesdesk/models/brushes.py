"""Brushes on axes: what a press grabs, and what a drag makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bayesdesk.models.axes import Axis
from bayesdesk.models.filter import Brush

EDGE = 8.0  # pixels around an end of a brush within which a press grabs the end


class Part(StrEnum):
    """What a press has grabbed."""

    NEW = "new"
    LOW = "low"  # the end nearer to the bottom of the axis
    HIGH = "high"
    WHOLE = "whole"


@dataclass(frozen=True)
class Grab:
    """A brush under the pointer, or the position of a new one.

    Attributes
    ----------
    index
        Index among the brushes of the axis; ``len(brushes)`` for a new one.
    low, high
        Ends of the brush as positions, when it was grabbed.
    pressed
        Position of the pointer at that time.
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


def grab(axis: Axis, brushes: tuple[Brush, ...], position: float, pixels: float) -> Grab:
    """What a press at a position grabs; ``pixels`` is the length of the axis on the screen."""
    edge = EDGE / pixels
    for index, brush in enumerate(brushes):
        low, high = span(axis, brush)
        if abs(position - high) <= edge:
            return Grab(axis.name, Part.HIGH, index, low, high, position)
        if abs(position - low) <= edge:
            return Grab(axis.name, Part.LOW, index, low, high, position)
        if low < position < high:
            return Grab(axis.name, Part.WHOLE, index, low, high, position)
    return Grab(axis.name, Part.NEW, len(brushes), position, position, position)


def dragged(axis: Axis, brushes: tuple[Brush, ...], grabbed: Grab, position: float) -> tuple[Brush, ...]:
    """The brushes of the axis with the grabbed one dragged to a position."""
    if grabbed.part is Part.WHOLE:
        shift = min(max(position - grabbed.pressed, -grabbed.low), 1.0 - grabbed.high)
        ends = (grabbed.low + shift, grabbed.high + shift)
    elif grabbed.part is Part.LOW:
        ends = (position, grabbed.high)
    elif grabbed.part is Part.HIGH:
        ends = (grabbed.low, position)
    else:
        ends = (grabbed.pressed, position)
    low, high = sorted(axis.value(p) for p in ends)
    changed = list(brushes)
    changed[grabbed.index : grabbed.index + 1] = [Brush(low, high)]
    return tuple(changed)


def toggled(axis: Axis, brushes: tuple[Brush, ...], position: float) -> tuple[Brush, ...]:
    """The brushes of the axis with the category at a position added, or removed if it was there."""
    name = axis.category(position)
    kept = tuple(b for b in brushes if b.low != name)
    return kept if len(kept) < len(brushes) else (*brushes, Brush(name, name))


def parsed(axis: Axis, text: str) -> Brush | None:
    """A typed brush, such as ``0.1 … 0.3`` or ``0.1 0.3``; ``None`` for any other text."""
    parts = text.replace("…", " ").replace("..", " ").replace(",", " ").split()
    try:
        values = [float(part) for part in parts]
    except ValueError:
        return None
    if len(values) != 2:
        return None
    low, high = sorted(values)
    least, most = axis.extremes
    return Brush(max(low, least), min(high, most)) if low <= most and high >= least else None
