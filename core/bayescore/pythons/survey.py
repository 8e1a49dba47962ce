"""The interpreters found for a project, with what each of them lacks for its program."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bayescore.pythons.interpreter import Interpreter, is_environment
from bayescore.pythons.packages import Packages, install_command, packages_of, usual_distribution
from bayescore.pythons.places import behind, interpreters, written
from bayescore.pythons.program_imports import imported

FRAMEWORKS = ("torch", "tensorflow", "jax")
_MOST = 100  # interpreters


@dataclass(frozen=True)
class Candidate:
    """An interpreter that a project may use.

    Attributes
    ----------
    written
        What ``python`` in ``openbayes.local.yaml`` says for it.
    frameworks
        Versions of the frameworks that it has, by name; ``""`` for an unknown version.
    lacking
        Modules that the program imports and it does not have.
    is_default
        Whether it is used when the settings name none.
    """

    interpreter: Interpreter
    packages: Packages = field(compare=False, repr=False)
    written: str
    frameworks: Mapping[str, str]
    lacking: tuple[str, ...]
    is_default: bool = False


@dataclass(frozen=True)
class Survey:
    """What was found for a project.

    Attributes
    ----------
    imports
        Modules of other packages that its program imports.
    """

    candidates: tuple[Candidate, ...]
    imports: tuple[str, ...]

    @property
    def best(self) -> Candidate | None:
        """The project's own before others, one that lacks nothing before others, then the default."""
        return min(self.candidates, key=_rank, default=None)

    def written_as(self, python: str) -> Candidate | None:
        """The interpreter that the settings would name so."""
        return next((each for each in self.candidates if each.written == python), None)

    def install_command(self, candidate: Candidate) -> str:
        """The command that installs what an interpreter lacks."""
        names = [self._distribution(module) for module in candidate.lacking]
        return install_command(candidate.interpreter, candidate.packages, dict.fromkeys(names))

    def _distribution(self, module: str) -> str:
        """What provides a module, by the environments that have it."""
        for each in self.candidates:
            if module not in each.lacking and (found := each.packages.distribution_of(module)):
                return found
        return usual_distribution(module)


def _rank(candidate: Candidate) -> tuple[bool, bool, bool, int]:
    lacking = len(candidate.lacking)
    return not candidate.interpreter.is_of_project, lacking > 0, not candidate.is_default, lacking


@dataclass(frozen=True)
class Looking:
    """How a look at interpreters reports its progress, and learns that it is to stop.

    Attributes
    ----------
    progress
        Called with the number of interpreters that have been looked at.
    cancelled
        Called before each of them; what has been found until then is the result.
    """

    progress: Callable[[int], None] = lambda _count: None
    cancelled: Callable[[], bool] = lambda: False


def survey(
    project: Path,
    environment: Mapping[str, str],
    *,
    programs: Sequence[Path] = (),
    default: str | None = None,
    looking: Looking | None = None,
) -> Survey:
    """Find interpreters for a project; files are read, nothing is run or imported.

    Parameters
    ----------
    environment
        Environment variables of the user.
    programs
        What the project's command starts; by default every file of the project counts.
    default
        Path of the interpreter that is used without a choice.
    """
    looking = looking or Looking()
    imports = imported(project, programs)
    own = behind(Path(default), project, environment) if default else None
    found: list[Candidate] = []
    for each in interpreters(project, environment, Path(default) if default else None):
        if looking.cancelled() or len(found) >= _MOST:
            break
        is_default = own is not None and _is_same(each, own)
        found.append(examined(each, project, environment, imports, is_default=is_default))
        looking.progress(len(found))
    return Survey(tuple(found), imports)


def examined(
    interpreter: Interpreter,
    project: Path,
    environment: Mapping[str, str],
    imports: Sequence[str],
    *,
    is_default: bool = False,
) -> Candidate:
    """What an interpreter has and lacks for a program that imports these modules."""
    packages = packages_of(interpreter, environment)
    versions = {name: packages.version_of(name) for name in FRAMEWORKS}
    return Candidate(
        interpreter,
        packages,
        written(interpreter, project, environment),
        {name: version for name, version in versions.items() if version is not None},
        tuple(_lacking(packages, imports)),
        is_default,
    )


def _lacking(packages: Packages, imports: Sequence[str]) -> Iterator[str]:
    return (module for module in imports if not packages.has(module))


def _is_same(one: Interpreter, other: Interpreter) -> bool:
    if is_environment(one.prefix) or is_environment(other.prefix):
        return os.path.realpath(one.prefix) == os.path.realpath(other.prefix)
    return os.path.realpath(one.path) == os.path.realpath(other.path)
