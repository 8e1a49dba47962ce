"""The wall clock, as text that sorts and carries its zone."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """Now in UTC, ISO 8601 with microseconds and zone."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def parsed(value: str) -> datetime:
    """Read what :func:`now` wrote."""
    return datetime.fromisoformat(value)
