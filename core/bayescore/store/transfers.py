"""Progress of image pulls and of file transfers between machines."""

from __future__ import annotations

import json

import sqlalchemy as sa

from bayescore.i18n import Text
from bayescore.store import settings


def pull_key(job: str) -> str:
    """Name of the setting with the progress of a job's image pull."""
    return f"pull:{job}"


def transfer_key(job: str) -> str:
    """Name of the setting with the progress of a job's file transfer."""
    return f"transfer:{job}"


def put(connection: sa.Connection, job: str, what: Text, share: float) -> None:
    """Store the progress of a transfer, from 0 to 1; at 1 it is removed."""
    stored = "" if share >= 1 else json.dumps({"what": what.to_json(), "share": share})
    settings.put(connection, transfer_key(job), stored)


def get(connection: sa.Connection, job: str) -> tuple[Text, float] | None:
    """Description and progress of the current transfer; ``None`` when there is none."""
    stored = settings.get(connection, transfer_key(job))
    if not stored:
        return None
    found = json.loads(stored)
    return Text.from_json(found["what"]), float(found["share"])
