"""Durations as text."""

from __future__ import annotations

from bayescore.i18n import Text, text


def span_text(seconds: float) -> Text:
    """A duration in its one or two largest units."""
    whole = max(0, round(seconds))
    hours, minutes = whole // 3600, whole % 3600 // 60
    if hours:
        return text("{hours} h {minutes} min", hours=hours, minutes=minutes)
    if minutes:
        return text("{minutes} min", minutes=minutes)
    return text("{seconds} s", seconds=whole)
