"""The queue of this machine: what it shows, and requests to change it."""

from __future__ import annotations

from bayescore.app.steering import request, unended_job
from bayescore.errors import ConfigError
from bayescore.i18n import Text, ntext, text
from bayescore.queue import Hold, Places, Why, places_of
from bayescore.queue.places import MOST_PLACES, number_of_places, set_places
from bayescore.queue.standing import QueueView, Standing, read_queue
from bayescore.store import Database, queue, requests
from bayescore.trials.gpus import visible


def show(database: Database) -> QueueView:
    """The queue as it is now."""
    gpus = visible()
    with database.read() as connection:
        return read_queue(connection, gpus)


def put_first(database: Database, identifier: str) -> None:
    """Request that a job gets the next place that becomes free, and stands first in the queue.

    Raises
    ------
    ConfigError
        When there is no such job, or it has ended.
    StoreError, RunnerError
        When the request cannot be stored, or the engine does not start.
    """
    request(database, identifier, requests.REORDER, {"to": queue.FIRST})


def put_last(database: Database, identifier: str) -> None:
    """Request that a job stands last in the queue; for the errors see :func:`put_first`."""
    request(database, identifier, requests.REORDER, {"to": queue.LAST})


def put_behind(database: Database, identifier: str, other: str) -> None:
    """Request that a job stands directly behind another one.

    Raises
    ------
    ConfigError
        As for :func:`put_first`, for either job, and when both are the same.
    StoreError, RunnerError
        As for :func:`put_first`.
    """
    if identifier == other:
        raise ConfigError(text("A job cannot stand behind itself."))
    unended_job(database, other)
    request(database, identifier, requests.REORDER, {"to": other})


def set_in_order(database: Database, identifier: str, *, in_order: bool) -> None:
    """Request that a job waits for those ahead of it, or takes turns; for errors see :func:`put_first`."""
    request(database, identifier, requests.TURNS, {"in_order": in_order})


def parse_places(written: str) -> int | None:
    """A number of places, from ``4`` or ``auto``.

    Raises
    ------
    ConfigError
        When it is neither.
    """
    if written.strip().lower() == "auto":
        return None
    count = number_of_places(written.strip())
    if count is None:
        message = text(
            "“{written}” is not a number from 1 to {most}, or auto.", written=written, most=MOST_PLACES
        )
        raise ConfigError(message)
    return count


def stored_places(database: Database) -> Places:
    """How many trials without a GPU run at the same time."""
    with database.read() as connection:
        return places_of(connection)


def store_places(database: Database, count: int | None) -> None:
    """Store how many trials without a GPU run at the same time; ``None`` for the default."""
    with database.write() as connection:
        set_places(connection, count)


def state_words(standing: Standing) -> Text:
    """What a job does or waits for."""
    if standing.hold is not None and (
        standing.waits or standing.hold.why in (Why.PAUSED, Why.HOURS, Why.AHEAD)
    ):
        return hold_words(standing.hold)
    if standing.waits:
        return text("begins")
    return ntext("{count} trial runs", "{count} trials run", standing.running)


def hold_words(hold: Hold) -> Text:
    """What a job waits for."""
    if hold.why is Why.AHEAD:
        return text("waits for job {id}", id=hold.job or "")
    return {
        Why.PAUSED: text("paused"),
        Why.HOURS: text("waits for its hours"),
        Why.PLACE: text("waits for a place"),
        Why.GPU: text("waits for a GPU"),
        Why.CLUSTER: text("waits for its cluster"),
    }[hold.why]


def places_words(view: QueueView) -> Text:
    """How many places this machine has, and how many are taken."""
    count, taken = view.places.count, f"{view.taken:g}"
    if view.places.is_limit:
        return ntext(
            "{taken} of {count} place is taken (your setting).",
            "{taken} of {count} places are taken (your setting).",
            count,
            taken=taken,
        )
    return ntext(
        "{taken} of {count} place is taken (one for each core).",
        "{taken} of {count} places are taken (one for each core).",
        count,
        taken=taken,
    )
