"""JSON files that a program writes again and again: ``trainer_state.json`` of Hugging Face, and its like."""

from __future__ import annotations

import json
import threading
from itertools import islice
from typing import Any, BinaryIO, TypeVar

from bayescore.i18n import text
from bayescore.metrics.growing import digest, read_at
from bayescore.metrics.matching import MAX_FILES
from bayescore.metrics.part import MAX_OF_ROW, MAX_VALUES, Naming, Part, Place, Values, Warn
from bayescore.metrics.rows import numbers_in

_MAX_BYTES = 4 * 2**20  # about 30,000 entries; parsed, they take up to thirty times as much memory
_MAX_KNOWN = 2 * MAX_FILES  # lists and objects of one trial
_HISTORY = "log_history"
_T = TypeVar("_T")
_parsing = threading.Lock()  # one file at a time, whose memory is then released


class JsonFileReader:
    """Reads the entries that a list has gained, or an object of numbers when it has changed.

    The same list may be in several files, as in ``checkpoint-500/trainer_state.json`` and the later
    ``checkpoint-1000/trainer_state.json``: a list is known by its first entry, whatever file it is in, and
    the place counts its entries. Of an object, the place has what each file had last.
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
            return self._object(entries, place, shown) if isinstance(entries, dict) else Part([], place)

    def _entries(self, entries: list[Any], place: Place) -> Part:
        if not entries:
            return Part([], place)
        known = _known(place, "entries", int)
        key = _digest(entries[0])
        count: int = known.get(key, 0)
        values: Values = []
        for entry in entries[count:]:
            count += 1
            values += self._values(entry)
            if len(values) >= MAX_VALUES:
                break
        return Part(values, _with(place, "entries", known, key, count), is_last=count >= len(entries))

    def _object(self, found: dict[str, Any], place: Place, file: str) -> Part:
        """Values of an object that the file did not have when it was read last; a copy of another is none."""
        known = _known(place, "objects", str)
        now, name = _digest(found), digest(file.encode("utf-8", "surrogatepass"))
        is_known = known[name] == now if name in known else now in known.values()
        return Part([] if is_known else self._values(found), _with(place, "objects", known, name, now))

    def _values(self, entry: Any) -> Values:
        if not isinstance(entry, dict):
            return []
        named = ((self._naming.name(found), value) for found, value in islice(numbers_in(entry), MAX_OF_ROW))
        return [(name, value) for name, value in named if name is not None]


def _known(place: Place, key: str, kind: type[_T]) -> dict[str, _T]:
    known = place.data.get(key)
    return {str(k): v for k, v in known.items() if isinstance(v, kind)} if isinstance(known, dict) else {}


def _with(place: Place, key: str, known: dict[str, _T], name: str, value: _T) -> Place:
    newest = {**{k: v for k, v in known.items() if k != name}, name: value}
    return place.moved(**{key: dict(list(newest.items())[-_MAX_KNOWN:])})


def _digest(entry: Any) -> str:
    return digest(repr(entry).encode("utf-8", "surrogatepass"))
