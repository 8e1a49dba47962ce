"""Timestamps as strings that sort by time."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """Current time in UTC, as ISO 8601 with microseconds and time zone."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def parsed(value: str) -> datetime:
    """Parse a string from :func:`now`."""
    return datetime.fromisoformat(value)
