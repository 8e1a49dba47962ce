"""Sorts the folders of a project into code, which is copied, and data, which is used in place.

Used in place are single files and folders above the limits below. Of nested folders it is the deepest one
that exceeds a limit: ``src`` with a huge ``src/assets`` stays code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

# A program's own files are rarely larger. Copying more for each of 100 trials would take minutes and 3 GB.
FILE_BYTES = 32 * 2**20
# Repositories of programs are smaller than both; a copy of either takes about half a second.
FOLDER_BYTES = 256 * 2**20
FOLDER_FILES = 5000
# Each is a link or a mount in every trial. A folder of programs with more large files is used in place.
SINGLE_FILES = 32
# A folder with such files and a few large ones is code: only the large files are used in place.
_PROGRAMS = frozenset(
    (
        *(".py", ".pyx", ".ipynb", ".sh", ".r", ".jl", ".lua", ".m", ".js", ".ts"),
        *(".c", ".cc", ".cpp", ".cu", ".cuh", ".h", ".hpp", ".go", ".rs", ".java", ".scala"),
    )
)


@dataclass
class Folder:
    """A folder while it is sorted, with what it holds directly.

    Attributes
    ----------
    is_kept
        Whether the user wants it, or something in it, to be copied.
    large
        Paths and sizes of single files that exceed the limit.
    """

    path: str
    parent: Folder | None
    files: int = 0
    size: int = 0
    large: list[tuple[str, int]] = field(default_factory=list)
    has_programs: bool = False
    is_kept: bool = False

    def add(self, path: str, size: int) -> None:
        """Add a file that it holds."""
        dot = path.rfind(".")
        if dot >= 0 and path[dot:].lower() in _PROGRAMS:
            self.has_programs = True
        if size > FILE_BYTES:
            self.large.append((path, size))
        else:
            self.files += 1
            self.size += size

    @property
    def exceeds(self) -> bool:
        """Whether it is above a limit with its large files."""
        size = self.size + sum(size for _, size in self.large)
        return size > FOLDER_BYTES or self.files + len(self.large) > FOLDER_FILES

    @property
    def is_code(self) -> bool:
        """Whether it is code apart from a few large files."""
        is_small = self.size <= FOLDER_BYTES and self.files <= FOLDER_FILES
        return self.has_programs and is_small and len(self.large) <= SINGLE_FILES


@dataclass(frozen=True)
class Found:
    """Something that is used in place, with what it holds."""

    path: str
    is_folder: bool
    files: int
    size: int


def sort(folders: Iterable[Folder]) -> list[Found]:
    """What is used in place.

    Parameters
    ----------
    folders
        All folders, each before those in it, the project's own folder first. Their figures become those of
        what is copied.
    """
    found: dict[str, Found] = {}
    for folder in reversed(list(folders)):
        parent = folder.parent
        if parent is not None and folder.exceeds and not folder.is_kept and not folder.is_code:
            large = sum(size for _, size in folder.large)
            files, size = folder.files + len(folder.large), folder.size + large
            found[folder.path] = Found(folder.path, True, files, size)
            folder.files = folder.size = 0
            folder.large.clear()
            continue
        if parent is None or folder.exceeds or folder.is_kept:
            found.update((path, Found(path, False, 1, size)) for path, size in folder.large)
            folder.large.clear()
        if parent is not None:
            parent.files += folder.files
            parent.size += folder.size
            parent.large += folder.large
            parent.has_programs |= folder.has_programs
            parent.is_kept |= folder.is_kept
    return _outermost(found)


def _outermost(found: dict[str, Found]) -> list[Found]:
    """Without what is inside another; that one counts it, too."""
    kept: dict[str, Found] = {}
    for path in sorted(found):
        parts = path.split("/")
        above = next((a for i in range(1, len(parts)) if (a := "/".join(parts[:i])) in kept), None)
        each = found[path]
        if above is None:
            kept[path] = each
        else:
            outer = kept[above]
            kept[above] = Found(above, True, outer.files + each.files, outer.size + each.size)
    return list(kept.values())
