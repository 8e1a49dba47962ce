"""One Python interpreter, described by the files around it; it is not run."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

from bayescore.files import open_regular, read_text

_MOST_BYTES = 2**16  # of a pyvenv.cfg
_MOST_ENTRIES = 10_000  # of a folder that is listed
_NUMBER = r"(\d{1,3}\.\d{1,3}(?:\.\d{1,3})?)"
_IN_FILE_NAME = re.compile(rf"python{_NUMBER}\Z")
_IN_FOLDER_NAME = re.compile(rf"(?:cpython-|pypy-)?{_NUMBER}(?:$|[-+/])")
_IN_CONDA_META = re.compile(rf"python-{_NUMBER}[^-]*-[^-]+\.json\Z")
_IN_CONFIGURATION = re.compile(_NUMBER)


class Kind(StrEnum):
    """What made an interpreter or its environment."""

    VENV = "venv"
    UV = "uv"
    POETRY = "Poetry"
    PIPENV = "Pipenv"
    CONDA = "conda"
    PYENV = "pyenv"
    SYSTEM = "system"


@dataclass(frozen=True)
class Interpreter:
    """A Python interpreter.

    Attributes
    ----------
    prefix
        The folder of its environment or installation.
    version
        As far as files say it: ``3.11.4``, ``3.12``, or nothing.
    name
        Short name for people; with ``CONDA`` what ``conda activate`` takes.
    is_of_project
        Whether its environment was made for the project, or the project names it.
    """

    path: Path
    kind: Kind
    prefix: Path
    version: str
    name: str
    is_of_project: bool = False

    @property
    def is_known(self) -> bool:
        """Whether its packages can be known from files; those of a script that starts another cannot."""
        return bool(self.version)

    @property
    def minor(self) -> str:
        """The version up to its second number, such as ``3.11``."""
        return ".".join(self.version.split(".")[:2])


def in_prefix(
    prefix: Path, kind: Kind | None = None, name: str = "", *, is_of_project: bool = False
) -> Interpreter | None:
    """The interpreter of an environment or installation; ``None`` if the folder has none."""
    for each in ("python", "python3"):
        if is_executable(path := prefix / "bin" / each):
            kind = kind or _kind(prefix)
            return Interpreter(path, kind, prefix, _version(path, prefix), name or prefix.name, is_of_project)
    return None


def at_path(path: Path) -> Interpreter:
    """The interpreter at a path, which need not exist."""
    prefix = path.parent.parent
    if not is_environment(prefix):
        real = Path(os.path.realpath(path))  # a link elsewhere finds its library beside its target
        prefix = real.parent.parent
    kind = _kind(prefix)
    name = prefix.name if kind is not Kind.SYSTEM else path.name
    return Interpreter(path, kind, prefix, _version(path, prefix), name)


def is_executable(path: Path) -> bool:
    """Whether a path is a file that can be executed."""
    return path.is_file() and os.access(path, os.X_OK)


def is_environment(prefix: Path) -> bool:
    """Whether a folder is a virtual environment or a conda environment."""
    return (prefix / "pyvenv.cfg").is_file() or is_conda(prefix)


def is_conda(prefix: Path) -> bool:
    """Whether a folder is a conda environment, by the criterion of conda itself."""
    return (prefix / "conda-meta" / "history").is_file()


def configuration(prefix: Path) -> dict[str, str]:
    """Keys and values of the ``pyvenv.cfg`` of a virtual environment; empty if there is none."""
    found = {}
    with suppress(OSError):
        for line in read_text(prefix / "pyvenv.cfg", _MOST_BYTES).splitlines():
            key, equals, value = line.partition("=")
            if equals:
                found[key.strip().lower()] = value.strip()
    return found


def names_in(folder: Path, most: int = _MOST_ENTRIES) -> list[str]:
    """Names of what is in a folder, sorted; empty if it cannot be read."""
    with suppress(OSError), os.scandir(folder) as entries:
        return sorted(entry.name for entry in islice(entries, most))
    return []


def _kind(prefix: Path) -> Kind:
    if is_conda(prefix):
        return Kind.CONDA
    found = configuration(prefix)
    if "uv" in found:
        return Kind.UV
    return Kind.VENV if found else Kind.SYSTEM


def _is_script(path: Path) -> bool:
    with suppress(OSError), open_regular(path) as opened:
        return opened.read(2) == b"#!"
    return False


def _version(path: Path, prefix: Path) -> str:
    found = configuration(prefix)
    for written in (found.get("version_info", ""), found.get("version", "")):
        if match := _IN_CONFIGURATION.match(written):
            return match[1]
    if is_conda(prefix):
        for name in names_in(prefix / "conda-meta"):
            if match := _IN_CONDA_META.match(name):
                return match[1]
    if match := _IN_FOLDER_NAME.match(prefix.name):  # pyenv and uv
        return match[1]
    if match := _IN_FILE_NAME.match(Path(os.path.realpath(path)).name):
        return match[1]
    if _is_script(path):  # which may start any interpreter
        return ""
    libraries = {match[1] for name in names_in(prefix / "lib") if (match := _IN_FILE_NAME.match(name))}
    return libraries.pop() if len(libraries) == 1 else ""
