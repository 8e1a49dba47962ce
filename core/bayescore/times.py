"""Timestamps as strings that sort by time."""

from __future__ import annotations

from datetime import UTC, datetime


def utc() -> datetime:
    """Current time, in UTC."""
    return datetime.now(UTC)


def now() -> str:
    """Current time in UTC, as ISO 8601 with microseconds and time zone."""
    return stored(utc())


def stored(moment: datetime) -> str:
    """A time as :func:`now` returns it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def parsed(value: str) -> datetime:
    """Parse a string from :func:`now`."""
    return datetime.fromisoformat(value)


def clock(moment: datetime, present: datetime | None = None) -> str:
    """A time by the clock of this machine: of today to the minute, otherwise with its date.

    Parameters
    ----------
    present
        By default the current time.
    """
    shown, today = moment.astimezone(), (present or utc()).astimezone().date()
    if shown.date() == today:
        return f"{shown:%H:%M}"
    return f"{shown:%m-%d %H:%M}" if shown.year == today.year else f"{shown:%Y-%m-%d %H:%M}"


def local(value: str) -> str:
    """A string from :func:`now` for people: to the second, in the local time zone, with its offset.

    What is no such string, as in a file that somebody has changed, is returned as it is.
    """
    try:
        return parsed(value).astimezone().isoformat(" ", "seconds")
    except (ValueError, OverflowError, OSError):
        return value
