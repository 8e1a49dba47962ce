"""Looks through a project before a job: what is copied for trials, and what they use where it is."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from bayescore.config import Access, LocalSettings
from bayescore.config.patterns import Patterns
from bayescore.errors import RunnerError
from bayescore.files.measuring import measure
from bayescore.files.tree import Cursor, Entry, walk
from bayescore.i18n import text
from bayescore.store import InPlace, Uncopied
from bayescore.trials.ignoring import IGNORE_FILE, Ignored
from bayescore.trials.run_outputs import NAMES, is_written_by_a_run
from bayescore.trials.sorting import FILE_BYTES, FOLDER_BYTES, FOLDER_FILES, Folder, sort

BUILT_IN = (
    ".git",
    ".svn",
    ".hg",
    ".venv",
    "__MACOSX",
    "__pycache__",
    ".ipynb_checkpoints",
    ".DS_Store",
    "Thumbs.db",
    ".openbayesgear",
    ".openbayesdata",
    IGNORE_FILE,
    "openbayes.local.yaml",
)
_REPORTED_EVERY = 1000  # entries
_MOST_OUTSIDE = 100_000  # entries counted behind a link: a disk with data may hold many millions
_MOST_NAMED = 1000  # links and special files that are listed


class StoppedError(RunnerError):
    """The user cancelled the job while its project was being read or copied."""


@dataclass(frozen=True)
class Watcher:
    """How a scan reports its progress, and learns that it is to stop.

    Attributes
    ----------
    progress
        Called now and then with the number of files and folders that have been read.
    cancelled
        Called for each of them; the scan stops when it returns true.
    """

    progress: Callable[[int], None] = lambda _count: None
    cancelled: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class RunOutputs:
    """A folder with outputs of earlier runs; a large one is left out."""

    path: str
    files: int
    size: int
    is_left_out: bool


@dataclass(frozen=True)
class LinkOut:
    """A link that leads out of the project, and its real target."""

    path: str
    target: str


@dataclass(frozen=True)
class ProjectScan:
    """What a project holds.

    Attributes
    ----------
    files, size
        What is copied.
    dangling
        Links that lead out of the project to nothing.
    above
        Links to a folder that contains the project; they are not used unless the settings name them.
    within
        Links that lead out of the project, inside a folder that is used in place.
    special
        Sockets, pipes and devices.
    matched
        Indices of the patterns of ``in_place`` that a file or folder was chosen by.
    """

    files: int = 0
    size: int = 0
    in_place: tuple[InPlace, ...] = ()
    outputs: tuple[RunOutputs, ...] = ()
    dangling: tuple[LinkOut, ...] = ()
    above: tuple[LinkOut, ...] = ()
    within: tuple[LinkOut, ...] = ()
    special: tuple[str, ...] = ()
    matched: frozenset[int] = frozenset()

    @property
    def uncopied(self) -> Uncopied:
        """What a job that is submitted now does not copy."""
        return Uncopied(self.in_place, tuple(each.path for each in self.outputs if each.is_left_out))


def scan(
    project: Path, local: LocalSettings, leave_out: Path | None = None, watcher: Watcher | None = None
) -> ProjectScan:
    """Read the folders of a project; the content of files is not read.

    Parameters
    ----------
    leave_out
        A folder that is not part of the project even if it is in it: the data folder.

    Raises
    ------
    StoppedError
        If the watcher stops it.
    RunnerError
        If a folder cannot be read, or ``.openbayesignore`` is invalid.
    """
    try:
        return _Scanner(project, local, leave_out, watcher or Watcher()).run()
    except OSError as error:
        raise RunnerError(
            text(
                "The project cannot be read: {file}: {reason}.",
                file=error.filename or project,
                reason=error.strerror or str(error),
            ),
            text("Make it readable, or list it in .openbayesignore."),
        ) from None


@dataclass
class _Candidate:
    """A folder that may hold outputs of earlier runs."""

    path: str
    files: int = 0
    size: int = 0
    is_large: bool = False
    is_recognised: bool = False
    is_chosen: bool = False  # the settings name it, or something in it

    def add(self, path: str, size: int) -> None:
        self.files += 1
        self.size += size
        self.is_large |= size > FILE_BYTES or self.size > FOLDER_BYTES or self.files > FOLDER_FILES
        self.is_recognised = self.is_recognised or is_written_by_a_run(path)

    @property
    def is_left_out(self) -> bool:
        return self.is_recognised and self.is_large and not self.is_chosen


@dataclass
class _Chosen:
    """What is used in place for another reason than its size."""

    path: str
    source: str
    is_folder: bool


@dataclass
class _Scanner:
    project: Path
    local: LocalSettings
    leave_out: Path | None
    watcher: Watcher
    count: int = 0
    chosen: list[_Chosen] = field(default_factory=list)
    dangling: list[LinkOut] = field(default_factory=list)
    above: list[LinkOut] = field(default_factory=list)
    special: list[str] = field(default_factory=list)
    matched: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.real = self.project.resolve()
        self.excluded = self.leave_out.resolve() if self.leave_out is not None else None
        self.ignored = Ignored(self.project, BUILT_IN)
        self.named = Patterns(self.local.in_place)
        self.access = list(self.local.in_place.values())
        self.kept = Patterns(self.local.copied)
        self.sent = Patterns(self.local.send)
        self.root = Folder("", None)
        self.folders: dict[tuple[str, ...], Folder] = {(): self.root}
        self.candidates: dict[tuple[str, ...], _Candidate] = {}  # by folder, also those inside

    def run(self) -> ProjectScan:
        with Cursor(self.real) as cursor:
            for entry in walk(cursor, self._enter):
                self._add(entry)
        left_out = {id(c): c for c in self.candidates.values() if c.is_left_out}
        gone = {parts for parts, c in self.candidates.items() if id(c) in left_out}
        found = sort(folder for parts, folder in self.folders.items() if parts not in gone)
        in_place = [self._of_size(each.path, each.is_folder, each.files, each.size) for each in found]
        whole = {each.path for each in in_place if each.is_folder}
        left = {c.path for c in left_out.values()}
        chosen = [c for c in self.chosen if not _is_below(c.path, left)]
        within = [c for c in chosen if _is_below(c.path, whole)]
        in_place += [self._measured(c) for c in chosen if c not in within]
        outputs = {id(c): c for c in self.candidates.values() if c.is_recognised and not c.is_chosen}
        return ProjectScan(
            self.root.files,
            self.root.size,
            tuple(sorted(in_place, key=lambda each: each.path)),
            tuple(RunOutputs(c.path, c.files, c.size, c.is_left_out) for c in outputs.values()),
            tuple(self.dangling),
            tuple(self.above),
            tuple(LinkOut(c.path, c.source) for c in within),
            tuple(self.special),
            frozenset(self.matched),
        )

    # ---- the walk

    def _tick(self) -> None:
        self.count += 1
        if self.watcher.cancelled():
            raise StoppedError(text("Reading the project was stopped."))
        if self.count % _REPORTED_EVERY == 0:
            self.watcher.progress(self.count)

    def _enter(self, entry: Entry) -> bool:
        """Whether an entry belongs to what is sorted by its size."""
        self._tick()
        path, is_folder = entry.path, entry.is_folder
        if self.excluded is not None and is_folder and self.real / path == self.excluded:
            return False
        if self.ignored.match(path, is_folder=is_folder):
            return False
        number = self.named.deciding(path, is_folder=is_folder)
        if number is None or self.kept.match(path, is_folder=is_folder) or entry.is_link:
            return True
        if is_folder or entry.is_file:
            self.matched.add(number)
            self._choose(entry, _Chosen(path, str(self.real / path), is_folder))
            return False
        return True

    def _add(self, entry: Entry) -> None:
        folder = self.folders[entry.folder]
        if entry.is_folder:
            parts = (*entry.folder, entry.name)
            self.folders[parts] = Folder(entry.path, folder)
            candidate = self.candidates.get(entry.folder)
            if candidate is None and entry.name in NAMES:
                candidate = _Candidate(entry.path)
            if candidate is not None:
                self.candidates[parts] = candidate
        elif entry.is_file:
            self._add_file(entry, folder)
        elif entry.is_link:
            self._add_link(entry)
        elif len(self.special) < _MOST_NAMED:
            self.special.append(entry.path)

    def _add_file(self, entry: Entry, folder: Folder) -> None:
        path, size = entry.path, entry.status.st_size
        candidate = self.candidates.get(entry.folder)
        if candidate is not None:
            candidate.add(path, size)
        if self.kept.match(path, is_folder=False):
            folder.is_kept = True
            folder.files += 1
            folder.size += size
            if candidate is not None:
                candidate.is_chosen = True
        else:
            folder.add(path, size)

    def _add_link(self, entry: Entry) -> None:
        target = os.path.realpath(self.real / entry.path)
        if Path(target).is_relative_to(self.real):
            return
        number = self.named.deciding(entry.path, is_folder=False)
        if number is None:
            number = self.named.deciding(entry.path, is_folder=True)
        link = LinkOut(entry.path, target)
        try:
            mode = Path(target).stat().st_mode
        except OSError:
            self.dangling.append(link)
            return
        if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
            self.special.append(entry.path)
        elif self.real.is_relative_to(target) and number is None:
            self.above.append(link)
        else:
            if number is not None:
                self.matched.add(number)
            self._choose(entry, _Chosen(entry.path, target, stat.S_ISDIR(mode)), by_name=number is not None)

    def _choose(self, entry: Entry, chosen: _Chosen, *, by_name: bool = True) -> None:
        self.chosen.append(chosen)
        if by_name and (candidate := self.candidates.get(entry.folder)) is not None:
            candidate.is_chosen = True

    # ---- the result

    def _of_size(self, path: str, is_folder: bool, files: int, size: int) -> InPlace:
        found = InPlace(path, str(self.real / path), is_folder, files=files, size=size)
        return replace(found, send=self._is_sent(path, is_folder))

    def _measured(self, chosen: _Chosen) -> InPlace:
        is_inside = Path(chosen.source).is_relative_to(self.real)
        counted = measure(chosen.source, None if is_inside else _MOST_OUTSIDE, self._tick)
        number = self.named.deciding(chosen.path, is_folder=chosen.is_folder)
        return InPlace(
            chosen.path,
            chosen.source,
            chosen.is_folder,
            number is not None and self.access[number] is Access.READ_WRITE,
            counted.files,
            counted.size,
            counted.is_whole,
            self._is_sent(chosen.path, chosen.is_folder),
        )

    def _is_sent(self, path: str, is_folder: bool) -> bool:
        return self.sent.match(path, is_folder=is_folder)


def _is_below(path: str, folders: set[str]) -> bool:
    parts = path.split("/")
    return any("/".join(parts[:i]) in folders for i in range(1, len(parts)))
