"""JSON files that a program writes again and again: ``trainer_state.json`` of Hugging Face, and its like."""

from __future__ import annotations

import json
import threading
from itertools import islice
from typing import Any, BinaryIO

from bayescore.i18n import text
from bayescore.metrics.growing import digest, read_at
from bayescore.metrics.part import MAX_OF_ROW, MAX_VALUES, Naming, Part, Place, Values, Warn
from bayescore.metrics.rows import numbers_in

_MAX_BYTES = 4 * 2**20  # about 30,000 entries; parsed, they take up to thirty times as much memory
_MAX_HISTORIES = 64  # of one trial
_HISTORY = "log_history"
_parsing = threading.Lock()  # one file at a time, whose memory is then released


class JsonFileReader:
    """Reads the entries that a list has gained, or an object of numbers when it has changed.

    The same list may be in several files, as in ``checkpoint-500/trainer_state.json`` and the later
    ``checkpoint-1000/trainer_state.json``: a list is known by its first entry, whatever file it is in, and
    the place counts its entries.
    """

    def __init__(self, naming: Naming, warn: Warn) -> None:
        self._naming = naming
        self._warn = warn

    def read(self, opened: BinaryIO, place: Place, shown: str, *, is_last: bool) -> Part:
        """Values of the entries that were not read before; a file that is half written has none."""
        content = read_at(opened, 0, _MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            message = text(
                "{file} is larger than {most} MiB, so it is not read.", file=shown, most=_MAX_BYTES // 2**20
            )
            self._warn("too_large", message)
            return Part([], place)
        with _parsing:
            try:
                data = json.loads(content)
            except (ValueError, RecursionError):
                if is_last and content:
                    self._warn("not_json", text("{file} is not JSON, so it is not read.", file=shown))
                return Part([], place)
            entries = data.get(_HISTORY, data) if isinstance(data, dict) else data
            if isinstance(entries, list):
                return self._entries(entries, place)
            return self._object(entries, place) if isinstance(entries, dict) else Part([], place)

    def _entries(self, entries: list[Any], place: Place) -> Part:
        if not entries:
            return Part([], place)
        known = _known(place)
        key = _digest(entries[0])
        count, values = known.get(key, 0), []
        for entry in entries[count:]:
            count += 1
            values += self._values(entry)
            if len(values) >= MAX_VALUES:
                break
        return Part(values, _with(known, key, count), is_last=count >= len(entries))

    def _object(self, found: dict[str, Any], place: Place) -> Part:
        known = _known(place)
        key = _digest(found)
        return Part([] if key in known else self._values(found), _with(known, key, 1))

    def _values(self, entry: Any) -> Values:
        if not isinstance(entry, dict):
            return []
        named = ((self._naming.name(found), value) for found, value in islice(numbers_in(entry), MAX_OF_ROW))
        return [(name, value) for name, value in named if name is not None]


def _known(place: Place) -> dict[str, int]:
    known = place.data.get("entries")
    if not isinstance(known, dict):
        return {}
    return {str(key): count for key, count in known.items() if isinstance(count, int) and count >= 0}


def _with(known: dict[str, int], key: str, count: int) -> Place:
    newest = {**{k: c for k, c in known.items() if k != key}, key: count}
    return Place({"entries": dict(list(newest.items())[-_MAX_HISTORIES:])})


def _digest(entry: Any) -> str:
    return digest(repr(entry).encode("utf-8", "surrogatepass"))
