"""GPUs of this machine that the user leaves free for others, until a time."""

from __future__ import annotations

import json
from collections.abc import Collection

import sqlalchemy as sa

from bayescore.store import settings

_KEY = "gpus.free"
ALWAYS = "9999"  # sorts after every time: until the user takes it back


def current(connection: sa.Connection, moment: str) -> dict[str, str]:
    """Until when each GPU is left free, by its UUID; those whose time has passed are not among them."""
    try:
        found = json.loads(settings.get(connection, _KEY) or "{}")
        return {str(gpu): str(until) for gpu, until in found.items() if str(until) > moment}
    except (ValueError, AttributeError):  # a damaged store
        return {}


def leave(connection: sa.Connection, gpus: Collection[str], until: str, moment: str) -> None:
    """Leave GPUs free until a time, as :func:`bayescore.times.now` returns it, or ``ALWAYS``."""
    _write(connection, {**current(connection, moment), **dict.fromkeys(gpus, until)})


def take_back(connection: sa.Connection, gpus: Collection[str], moment: str) -> None:
    """Use GPUs again."""
    kept = {gpu: until for gpu, until in current(connection, moment).items() if gpu not in gpus}
    _write(connection, kept)


def _write(connection: sa.Connection, found: dict[str, str]) -> None:
    settings.put(connection, _KEY, json.dumps(found))
