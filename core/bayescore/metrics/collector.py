"""Reads the sources of one attempt and appends what they have to its spool, each value once.

The spool is the file to which the injected client of a program appends its reports: what is in it reaches the
store exactly once. A line that is appended here has the values of one part of a file and the place behind
them. It is written whole or not at all, so that after a crash the places are those of the last line.
"""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bayescore.config import MetricSource
from bayescore.files import append_to, open_regular, read_bytes, replace
from bayescore.i18n import Text, text
from bayescore.listener import Report, as_line
from bayescore.listener.attempt import MAX_SPOOL_BYTES
from bayescore.metrics.part import Part, Place, Values
from bayescore.metrics.sources import Places, make_source
from bayescore.metrics.summary import Note, Summary, write_summary
from bayescore.trials import TrialFolder

_STATE = "metrics-places.json"
_MAX_STATE_BYTES = 4 * 2**20
_LOOK_VALUES = 20_000  # of one look; the next one continues
_LOOK_S = 1.0  # after which a look continues with the next source
_LAST_LOOK_S = 60.0
_OTHER_NAMES = 500  # of metrics that nobody asked for: the store takes 1,000 of a trial
_MARK = b'"places"'
_MALFORMED = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


@dataclass(frozen=True)
class Watched:
    """What metrics are read of.

    Attributes
    ----------
    wanted
        The objective and the side metrics.
    baselines
        Folders that were copied into the output before the program started.
    """

    sources: tuple[MetricSource, ...]
    wanted: tuple[str, ...]
    folder: TrialFolder
    baselines: tuple[Path, ...] = ()


class SpoolError(OSError):
    """The spool cannot be written; ``is_temporary`` if it may be possible later, as on a full disk."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error.errno, error.strerror)
        self.is_temporary = error.errno in _FULL


class Collector:
    """Reads the sources of one attempt. Not safe for several threads at once."""

    def __init__(self, watched: Watched) -> None:
        folder = watched.folder
        self._root, self._spool = folder.root, folder.spool / "points.jsonl"
        self._names = [str(source) for source in watched.sources]
        self._wanted = frozenset(watched.wanted)
        self._sources = [
            make_source(source, self._wanted, folder.log, folder.output, watched.baselines, self._warn)
            for source in watched.sources
        ]
        self._places: list[Places] | None = None
        self._found: list[dict[str, int]] = [{} for _ in self._sources]
        self._others: set[str] = set()
        self._written_state = self._written_summary = b""
        self._notes: dict[tuple[str, str], Note] = {}

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the trial's author should know, so far."""
        return tuple(self._notes.values())

    def look(self, *, is_last: bool = False) -> bool:
        """Read what is new; whether there was anything.

        Parameters
        ----------
        is_last
            Whether the program has ended: all of it is read, and lines without an end are complete.

        Raises
        ------
        SpoolError
            When the spool cannot be written; the same values are read again in the next look.
        """
        places = self._places = self._places or self._restored()
        left = _LOOK_VALUES
        if self._spool_size() >= MAX_SPOOL_BYTES:  # no more of it is read
            return False
        until = time.monotonic() + (_LAST_LOOK_S if is_last else _LOOK_S)
        for i, source in enumerate(self._sources):
            for file, part in source.parts(places[i], is_last=is_last):
                left -= len(part.values)
                self._take(i, file, part, places[i])
                if (left <= 0 and not is_last) or time.monotonic() > until:
                    break
        if is_last:
            self._note_missing()
        self._save(places)
        return left < _LOOK_VALUES

    # ---- storing

    def _take(self, source: int, file: str, part: Part, places: Places) -> None:
        values = [(name, value) for name, value in part.values if self._is_taken(name)]
        if values:
            self._append(values, {"source": source, "file": file, "place": dict(part.place.data)})
        for name, _value in values:
            self._found[source][name] = self._found[source].get(name, 0) + 1
        places[file] = part.place

    def _is_taken(self, name: str) -> bool:
        if name in self._wanted or name in self._others:
            return True
        if len(self._others) >= _OTHER_NAMES:
            message = text(
                "The sources have more than {most} metrics; the others are left out.", most=_OTHER_NAMES
            )
            self._warn("many_metrics", message)
            return False
        self._others.add(name)
        return True

    def _append(self, values: Values, place: dict[str, Any]) -> None:
        report = as_line(Report(tuple(values))).removesuffix(b"}\n")
        # an empty line keeps it separate from one that the program has not written to its end
        line = b"\n" + report + b", " + _MARK + b": " + json.dumps(place).encode() + b"}\n"
        try:
            with append_to(self._spool, 0o644) as spool:
                before = os.fstat(spool.fileno()).st_size
                if (written := spool.write(line) or 0) < len(line):
                    if os.fstat(spool.fileno()).st_size == before + written:
                        spool.truncate(before)
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            raise SpoolError(error) from None

    def _save(self, places: list[Places]) -> None:
        """Store the places and the summary, if they have changed; without them the spool is read again."""
        data = [{file: dict(place.data) for file, place in each.items()} for each in places]
        state = json.dumps({"places": data, "found": self._found}).encode()
        if state != self._written_state:
            self._written_state = state
            content = json.dumps({"spool": self._spool_size(), "state": json.loads(state)}).encode()
            with suppress(OSError):
                replace(self._root / _STATE, content, 0o600)
        found = dict(zip(self._names, self._found, strict=True))
        summary = Summary(found, self.notes).as_bytes()
        if summary != self._written_summary:
            with suppress(OSError):
                write_summary(self._root, summary)
                self._written_summary = summary

    def _spool_size(self) -> int:
        with suppress(OSError):
            return os.lstat(self._spool).st_size
        return 0

    # ---- restoring

    def _restored(self) -> list[Places]:
        """The places where an earlier engine stopped: as stored, then as in later lines of the spool."""
        places: list[Places] = [{} for _ in self._sources]
        behind = 0
        with suppress(OSError, *_MALFORMED):
            stored = json.loads(read_bytes(self._root / _STATE, _MAX_STATE_BYTES, follow=False))
            behind = min(max(0, int(stored["spool"])), self._spool_size())
            for i, files in enumerate(stored["state"]["places"][: len(places)]):
                places[i] = {str(file): Place(dict(data)) for file, data in files.items()}
            for i, found in enumerate(stored["state"]["found"][: len(places)]):
                self._found[i] = {str(name): int(count) for name, count in found.items()}
        for line in self._lines_behind(behind):
            with suppress(*_MALFORMED):
                report = json.loads(line)
                at = report["places"]
                places[at["source"]][str(at["file"])] = Place(dict(at["place"]))
                for name, values in report["metrics"].items():
                    found = self._found[at["source"]]
                    found[name] = found.get(name, 0) + len(values)
        self._others = {name for found in self._found for name in found} - self._wanted
        return places

    def _lines_behind(self, offset: int) -> Iterator[bytes]:
        """Lines of the spool from an offset that have a place; one that is not complete does not count."""
        with suppress(OSError), open_regular(self._spool, follow=False) as spool:
            spool.seek(offset)
            while line := spool.readline(_MAX_STATE_BYTES):
                if _MARK in line and line.endswith(b"\n"):
                    yield line

    # ---- notes

    def _warn(self, kind: str, message: Text) -> None:
        self._notes.setdefault((kind, message.render("en")), Note(kind, message))

    def _note_missing(self) -> None:
        missing = [name for name, found in zip(self._names, self._found, strict=True) if not found]
        if missing:
            message = text("These sources had no value of this trial: {sources}.", sources="; ".join(missing))
            self._warn("nothing_found", message)
