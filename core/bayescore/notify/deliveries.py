"""Notifications that are to be sent, as rows of the table of settings.

The table exists and has room; the schema has none for another table, see :mod:`bayescore.store.migrations`.
The rows name an address by its id and hold no secret.

A row is marked before its notification is sent, and deleted after that. A mark that an engine finds when it
starts is of an attempt whose result nobody knows: the notification may have arrived and is not sent again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import sqlalchemy as sa

from bayescore.store import events, settings

_ROWS = "notify.delivery."
_SEEN = "notify.seen"


@dataclass(frozen=True)
class Delivery:
    """A notification for one address.

    Attributes
    ----------
    key
        Made of what it is about and the address, so that there is one.
    job
        Id of its job.
    at
        When what it is about happened.
    due
        When to try next.
    is_sending
        Whether an attempt has begun.
    """

    key: str
    job: str
    address: str
    title: str
    body: str
    at: str
    due: str
    tries: int = 0
    is_sending: bool = False


def put(connection: sa.Connection, delivery: Delivery) -> None:
    """Store a delivery, or its new state."""
    settings.put(connection, _ROWS + delivery.key, json.dumps(asdict(delivery), ensure_ascii=False))


def remove(connection: sa.Connection, delivery: Delivery) -> None:
    """Delete a delivery that is done."""
    settings.delete(connection, _ROWS + delivery.key)


def every(connection: sa.Connection) -> list[Delivery]:
    """Every delivery that is not done; a row that is none is left out."""
    found = []
    for value in settings.starting_with(connection, _ROWS):
        try:
            found.append(Delivery(**json.loads(value)))
        except (ValueError, TypeError):
            continue
    return found


@dataclass(frozen=True)
class Seen:
    """Up to where the store was searched for what to notify about.

    Attributes
    ----------
    event
        Number of an event: the later ones are new.
    best
        Number of the best trial of each job that has not ended, if new ones are announced.
    """

    event: int
    best: Mapping[str, int] = field(default_factory=dict)


def seen(connection: sa.Connection) -> Seen | None:
    """What :func:`put_seen` has stored."""
    try:
        return Seen(**json.loads(settings.get(connection, _SEEN) or ""))
    except (ValueError, TypeError):  # there is none, or the store is damaged
        return None


def put_seen(connection: sa.Connection, mark: Seen) -> None:
    """Store up to where the store was searched."""
    settings.put(connection, _SEEN, json.dumps(asdict(mark)))


def forget_past(connection: sa.Connection) -> None:
    """Tell nothing of what has happened until now."""
    put_seen(connection, Seen(events.newest(connection)))
