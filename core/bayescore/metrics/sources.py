"""The sources of one attempt: which files each has, and how far they have been read."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from bayescore.config import MetricSource, SourceKind
from bayescore.files.tree import Cursor
from bayescore.i18n import text
from bayescore.metrics.event_file import EventFileReader
from bayescore.metrics.growing import is_continued, number_of
from bayescore.metrics.json_file import JsonFileReader
from bayescore.metrics.log_reader import LogReader
from bayescore.metrics.matching import MAX_FILES, FilePattern
from bayescore.metrics.part import Naming, Part, Place, Warn
from bayescore.metrics.rows import CsvReader, JsonLinesReader

_SEARCH_SHARE = 20  # a search for files rests for this many times what it took
_FEW = 500  # entries that are looked at each time
_SIBLINGS = 1000  # entries of a folder among which a renamed file is looked for

Places = dict[str, Place]  # by file, as its path in the output


class FileReader(Protocol):
    """Reads one kind of file."""

    def read(self, opened: BinaryIO, place: Place, shown: str, *, is_last: bool) -> Part:
        """Values behind a place."""
        ...


class Source(Protocol):
    """Finds values of one trial."""

    def parts(self, places: Places, *, is_last: bool) -> Iterator[tuple[str, Part]]:
        """New values with the file that they are from; the caller stores each part before the next one."""
        ...


@dataclass(frozen=True)
class LogSource:
    """The log of a trial."""

    reader: LogReader

    def parts(self, places: Places, *, is_last: bool) -> Iterator[tuple[str, Part]]:
        """See :class:`Source`."""
        while True:
            part = self.reader.read(places.get("", Place()), is_last=is_last)
            yield "", part
            if part.is_last:
                return


class FileSource:
    """Files of a trial's output that match a pattern.

    Parameters
    ----------
    baselines
        Folders that were copied into the output before the program started: what is in their files is of
        earlier runs.
    shares_place
        Whether all files have one place.
    """

    def __init__(
        self,
        reader: FileReader,
        pattern: str,
        output: Path,
        baselines: tuple[Path, ...],
        warn: Warn,
        *,
        shares_place: bool = False,
    ) -> None:
        self._reader = reader
        self._pattern = FilePattern(pattern)
        self._shown = pattern
        self._output = output
        self._baselines = baselines
        self._warn = warn
        self._shares_place = shares_place
        self._files: list[str] = []
        self._search_after = 0.0
        self._read: dict[str, tuple[int, ...]] = {}  # what files were when all of them had been read

    def parts(self, places: Places, *, is_last: bool) -> Iterator[tuple[str, Part]]:
        """See :class:`Source`."""
        self._search(must=is_last)
        for file in self._files:
            with suppress(OSError), _opened(self._output, file) as opened:
                now = _status(opened)
                if self._read.get(file) != now or is_last:
                    yield from self._of_file(file, opened, places, is_last=is_last)
                    self._read[file] = now
        if is_last and not self._shares_place:
            for file in places.keys() - set(self._files):
                yield from self._rest_of(file, places[file])

    def _search(self, *, must: bool) -> None:
        began = time.monotonic()
        if began < self._search_after and not must:
            return
        self._files, are_more = self._pattern.files(self._output)
        if self._pattern.examined > _FEW:
            self._search_after = time.monotonic() + _SEARCH_SHARE * (time.monotonic() - began)
        if are_more:
            message = text(
                "More than {most} files match “{pattern}”, or their folders have too many entries: only the "
                "first ones are read. Name the files more exactly.",
                most=MAX_FILES,
                pattern=self._shown,
            )
            self._warn("many_files", message)

    def _of_file(
        self, file: str, opened: BinaryIO, places: Places, *, is_last: bool
    ) -> Iterator[tuple[str, Part]]:
        key = "" if self._shares_place else file
        if not self._shares_place:
            yield from self._of_renamed(file, opened, places)
        if file not in self._read and (key not in places or self._shares_place):
            yield key, Part([], self._baseline(file, places.get(key, Place())))
        while True:
            part = self._reader.read(opened, places.get(key, Place()), file, is_last=is_last)
            yield key, part
            if part.is_last:
                return

    def _baseline(self, file: str, place: Place) -> Place:
        """The place behind what a file had before the program started."""
        for folder in self._baselines:
            with suppress(OSError), _opened(folder, file) as opened:
                while True:
                    part = self._reader.read(opened, place, file, is_last=False)
                    place = part.place
                    if part.is_last:
                        break
        return place

    def _of_renamed(self, file: str, opened: BinaryIO, places: Places) -> Iterator[tuple[str, Part]]:
        """Follow a file that was renamed, as when it is rotated: its place moves with it."""
        number = number_of(opened)
        if file not in places:
            for earlier, place in list(places.items()):
                if place.number("file") == number and place.data.get("at") and is_continued(opened, place):
                    yield file, Part([], place)
                    yield earlier, Part([], place.moved(file=0))
                    return
        if (place := places.get(file, Place())).number("file") != number:
            yield from self._rest_of(file, place)

    def _rest_of(self, file: str, place: Place) -> Iterator[tuple[str, Part]]:
        """What was appended to a file before it got another name in its folder."""
        if "tail" not in place.data:
            return
        with _sibling(self._output, file, place.number("file")) as rotated:
            if rotated is None or not is_continued(rotated, place):
                return
            while True:
                part = self._reader.read(rotated, place, file, is_last=True)
                place = part.place
                yield file, part
                if part.is_last:
                    return


class _Nothing:
    """Stands for a file that is not there."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


def _sibling(output: Path, file: str, number: int) -> BinaryIO | _Nothing:
    """The file with this number in the folder of another file."""
    *parts, name = file.split("/")
    with suppress(OSError), Cursor(output) as cursor:
        cursor.go(tuple(parts))
        for other in cursor.names(_SIBLINGS):
            if other != name and cursor.status(other).st_ino == number:
                return cursor.open(other)
    return _Nothing()


def _opened(folder: Path, file: str) -> BinaryIO:
    """Open a file below a folder; no part of its path may be a link."""
    *parts, name = file.split("/")
    with Cursor(folder) as cursor:
        cursor.go(tuple(parts))
        return cursor.open(name)


def _status(opened: BinaryIO) -> tuple[int, ...]:
    status = os.fstat(opened.fileno())
    return status.st_ino, status.st_size, status.st_mtime_ns


def make_source(
    source: MetricSource,
    wanted: frozenset[str],
    log: Path,
    output: Path,
    baselines: tuple[Path, ...],
    warn: Warn,
) -> Source:
    """What reads a source of the file."""
    naming = Naming(source.rename, wanted)
    if source.kind is SourceKind.LOG:
        return LogSource(LogReader(log, source.value, naming, warn))
    readers: dict[SourceKind, Callable[[Naming, Warn], FileReader]] = {
        SourceKind.CSV: CsvReader,
        SourceKind.JSONL: JsonLinesReader,
        SourceKind.JSON: JsonFileReader,
        SourceKind.TENSORBOARD: EventFileReader,
    }
    pattern = f"{source.value}/**/*tfevents*" if source.kind is SourceKind.TENSORBOARD else source.value
    return FileSource(
        readers[source.kind](naming, warn),
        pattern,
        output,
        baselines,
        warn,
        shares_place=source.kind is SourceKind.JSON,
    )
