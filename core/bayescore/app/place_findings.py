"""What the checks say of a job that runs more trials at a time than this machine has places."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bayescore.app.findings import Finding
from bayescore.config import LocalSettings, RunnerChoice, Severity
from bayescore.errors import StoreError
from bayescore.i18n import ntext, text
from bayescore.queue import Places, places_of, size_of
from bayescore.queue.places import default_places
from bayescore.store import Database, DataFolder
from bayescore.trials.gpus import uses_cpu, visible


def place_findings(at_a_time: int, local: LocalSettings, runner: str, data_folder: Path) -> Iterator[Finding]:
    """A warning if the trials of a job need more places than there are.

    Parameters
    ----------
    at_a_time
        Number of its trials that are to run at the same time.
    """
    if at_a_time == 1 or runner == RunnerChoice.RAY or not uses_cpu(local, visible()):
        return
    places = _places(DataFolder(data_folder))
    room = max(1, int(places.count // size_of(local, places)))
    if at_a_time <= room:
        return
    if places.is_limit:
        message = ntext(
            "{count} trial runs at a time instead of {asked}: the limit of this machine.",
            "{count} trials run at a time instead of {asked}: the limit of this machine.",
            room,
            asked=at_a_time,
        )
        hint = text(
            "Lower parallel_count, or change the limit: bayesdesk queue --places {count}", count=at_a_time
        )
    else:
        message = ntext(
            "{asked} trials at a time on a machine with {count} place; beside other jobs only {count} runs.",
            "{asked} trials at a time on a machine with {count} places; beside other jobs only {count} run.",
            room,
            asked=at_a_time,
        )
        hint = text("If they compete for the cores, lower parallel_count to {count}.", count=room)
    yield Finding("places", Severity.WARNING, message, hint)


def _places(folder: DataFolder) -> Places:
    if not folder.database.exists():
        return default_places()
    try:
        database = Database.for_reading(folder)
    except StoreError:
        return default_places()
    try:
        with database.read() as connection:
            return places_of(connection)
    except StoreError:
        return default_places()
    finally:
        database.close()
