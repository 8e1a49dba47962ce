"""The interpreters found for a project, with what each of them lacks for its program."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bayescore.pythons.interpreter import Interpreter, Kind, is_environment
from bayescore.pythons.packages import Packages, packages_of, usual_distribution
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
    has_pip
        Whether it can install packages itself.
    is_default
        Whether it is used when the settings name none.
    """

    interpreter: Interpreter
    written: str
    frameworks: Mapping[str, str]
    lacking: tuple[str, ...]
    has_pip: bool = True
    is_default: bool = False


@dataclass(frozen=True)
class Survey:
    """What was found for a project.

    Attributes
    ----------
    imports
        Modules of other packages that its program imports.
    distributions
        What provides those of them that some interpreter lacks.
    """

    candidates: tuple[Candidate, ...]
    imports: tuple[str, ...]
    distributions: Mapping[str, str] = field(default_factory=dict)

    @property
    def best(self) -> Candidate | None:
        """The project's own before others, one that lacks nothing before others, then the default."""
        return min(self.candidates, key=_rank, default=None)

    def written_as(self, python: str) -> Candidate | None:
        """The interpreter that the settings would name so."""
        return next((each for each in self.candidates if each.written == python), None)

    def with_path(self, path: Path) -> Candidate | None:
        """The interpreter with this path."""
        return next((each for each in self.candidates if each.interpreter.path == path), None)

    def install_command(self, candidate: Candidate) -> str:
        """The command that installs what an interpreter lacks; environments of uv have no pip."""
        lacking = (self.distributions.get(module, module) for module in candidate.lacking)
        names = " ".join(dict.fromkeys(lacking))
        path = shlex.quote(str(candidate.interpreter.path))
        if candidate.interpreter.kind is Kind.UV and not candidate.has_pip:
            return f"uv pip install --python {path} {names}"
        return f"{path} -m pip install {names}"


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
    found: dict[Interpreter, Packages] = {}
    for each in interpreters(project, environment, Path(default) if default else None):
        if looking.cancelled() or len(found) >= _MOST:
            break
        found[each] = packages_of(each, environment)
        looking.progress(len(found))
    candidates = tuple(
        _candidate(each, packages, written(each, project, environment), imports, own)
        for each, packages in found.items()
    )
    lacking = {module for each in candidates for module in each.lacking}
    return Survey(candidates, imports, {m: _distribution(m, found.values()) for m in sorted(lacking)})


def lacking_of(
    interpreter: Interpreter, environment: Mapping[str, str], imports: Sequence[str]
) -> tuple[str, ...]:
    """Those of some modules that an interpreter does not have; none if its packages cannot be known."""
    return _lacking(interpreter, packages_of(interpreter, environment), imports)


def _candidate(
    interpreter: Interpreter,
    packages: Packages,
    name: str,
    imports: Sequence[str],
    default: Interpreter | None,
) -> Candidate:
    versions = {framework: packages.version_of(framework) for framework in FRAMEWORKS}
    return Candidate(
        interpreter,
        name,
        {framework: version for framework, version in versions.items() if version is not None},
        _lacking(interpreter, packages, imports),
        packages.has("pip"),
        default is not None and _is_same(interpreter, default),
    )


def _lacking(interpreter: Interpreter, packages: Packages, imports: Sequence[str]) -> tuple[str, ...]:
    return tuple(module for module in imports if interpreter.is_known and not packages.has(module))


def _distribution(module: str, installed: Iterable[Packages]) -> str:
    """What provides a module, by the environments that have it."""
    named = (packages.distribution_of(module) for packages in installed if packages.has(module))
    return next(filter(None, named), None) or usual_distribution(module)


def _is_same(one: Interpreter, other: Interpreter) -> bool:
    if is_environment(one.prefix) or is_environment(other.prefix):
        return os.path.realpath(one.prefix) == os.path.realpath(other.prefix)
    return os.path.realpath(one.path) == os.path.realpath(other.path)
