"""Notices that something which trials use in place changes while a job runs."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from bayescore.i18n import Text, ntext, text
from bayescore.store import Database, DataFolder, Job, events
from bayescore.trials.in_place_notes import Change, Notes

_BETWEEN_S = 10.0
_SHARE = 50  # looking takes at most this part of the time
_MOST_EVENTS = 20  # of one look


def notes_file(folder: DataFolder, job: Job) -> Path:
    """The notes of a job's start."""
    return folder.job(job.id) / "in-place.json"


class InPlaceWatch:
    """Compares the files with the notes of the start; each change becomes an event, once."""

    def __init__(self, database: Database, job: Job) -> None:
        self._database = database
        self._job = job
        self._lock = threading.Lock()
        self._not_before = 0.0
        self._is_needed = any(not each.writable for each in job.submission.uncopied.in_place)

    @property
    def is_due(self) -> bool:
        """Whether it is time to look again."""
        return self._is_needed and time.monotonic() >= self._not_before

    def look(self) -> None:
        """Look at the files. Takes up to a second, so call it on a thread of the job."""
        if not self._is_needed:
            return
        with self._lock:
            began = time.monotonic()
            file = notes_file(self._database.folder, self._job)
            notes = Notes.load(file)
            changes = notes.changes() if notes is not None else []
            if notes is not None and changes:
                notes.save(file)
                self._add_events(changes)
            now = time.monotonic()
            self._not_before = now + max(_BETWEEN_S, _SHARE * (now - began))

    def _add_events(self, changes: list[Change]) -> None:
        with self._database.write() as connection:
            for change in changes[:_MOST_EVENTS]:
                events.add(connection, self._job.id, "in_place_changed", _words(change), level="warning")
            if (rest := len(changes) - _MOST_EVENTS) > 0:
                message = ntext(
                    "{count} more file that trials use in place has changed.",
                    "{count} more files that trials use in place have changed.",
                    rest,
                )
                events.add(connection, self._job.id, "in_place_changed", message, level="warning")


def _words(change: Change) -> Text:
    if change.is_gone:
        return text("{file}, which trials use in place, was removed while the job ran.", file=change.path)
    if change.is_folder:
        return text(
            "Files were added to or removed from {folder}, which trials use in place, while the job ran.",
            folder=change.path,
        )
    return text("{file}, which trials use in place, has changed while the job ran.", file=change.path)
