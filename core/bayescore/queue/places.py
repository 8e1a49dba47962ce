"""How many trials this machine runs at the same time."""

from __future__ import annotations

import sqlalchemy as sa

from bayescore.config import LocalSettings
from bayescore.queue.scheduler import Places
from bayescore.store import settings
from bayescore.trials.neighbours import cores

MOST_PLACES = 1000
PLACES = "places"
_MOST_DIGITS = 9


def places_of(connection: sa.Connection) -> Places:
    """The places that the user has set for this machine, or one for each core."""
    count = number_of_places(settings.get(connection, PLACES) or "")
    return default_places() if count is None else Places(count, is_limit=True)


def number_of_places(written: str) -> int | None:
    """A number of places from its digits; ``None`` if it is none."""
    if not written.isdecimal() or len(written) > _MOST_DIGITS:
        return None
    count = int(written)
    return count if 1 <= count <= MOST_PLACES else None


def default_places() -> Places:
    """One place for each core."""
    return Places(cores())


def set_places(connection: sa.Connection, count: int | None) -> None:
    """Store how many trials without a GPU run at the same time; ``None`` for the default."""
    settings.put(connection, PLACES, "" if count is None else str(count))


def size_of(local: LocalSettings, places: Places) -> float:
    """Places that a trial without a GPU takes.

    A number of places that the user has set is one of trials; otherwise a place is a core, and a trial takes
    as many as its ``cpus``.
    """
    return 1.0 if places.is_limit else max(1.0, local.cpus or 1.0)
