"""GPUs of this machine that the user leaves free for others, until a time."""

from __future__ import annotations

import json
from collections.abc import Collection

import sqlalchemy as sa

from bayescore.store import settings
from bayescore.times import parsed

KEY = "gpus.free"
ALWAYS = "9999"  # sorts after every time: until the user takes it back


def current(connection: sa.Connection, moment: str) -> dict[str, str]:
    """Until when each GPU is left free, by its UUID; those whose time has passed are not among them.

    Nor are those of a damaged store whose time cannot be read.
    """
    try:
        found = json.loads(settings.get(connection, KEY) or "{}")
        untils = {str(gpu): str(until) for gpu, until in found.items()}
    except (ValueError, AttributeError):  # a damaged store
        return {}
    return {gpu: until for gpu, until in untils.items() if until > moment and _is_time(until)}


def _is_time(until: str) -> bool:
    if until == ALWAYS:
        return True
    try:
        parsed(until).astimezone()
    except (ValueError, OverflowError, OSError):
        return False
    return True


def leave(connection: sa.Connection, gpus: Collection[str], until: str, moment: str) -> None:
    """Leave GPUs free until a time, as :func:`bayescore.times.now` returns it, or ``ALWAYS``."""
    _write(connection, {**current(connection, moment), **dict.fromkeys(gpus, until)})


def take_back(connection: sa.Connection, gpus: Collection[str], moment: str) -> None:
    """Use GPUs again."""
    kept = {gpu: until for gpu, until in current(connection, moment).items() if gpu not in gpus}
    _write(connection, kept)


def _write(connection: sa.Connection, found: dict[str, str]) -> None:
    settings.put(connection, KEY, json.dumps(found))
