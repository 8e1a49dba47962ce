"""Every Python interpreter that a project may want, the project's own first."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bayescore.config.reader import closest_match
from bayescore.pythons import conda, managers
from bayescore.pythons.interpreter import Interpreter, Kind, at_path, in_prefix, is_conda, is_executable

_COMMANDS = ("python", "python3", *(f"python3.{minor}" for minor in range(20, 6, -1)))
_SYSTEM = ("/usr/local/bin", "/usr/bin")


def interpreters(
    project: Path, environment: Mapping[str, str], default: Path | None = None
) -> Iterator[Interpreter]:
    """Interpreters for a project, each once; files are read, nothing is run.

    Parameters
    ----------
    environment
        Environment variables of the user.
    default
        The interpreter that is used without a choice.
    """
    project = project.absolute()
    seen: set[Path] = set()
    for each in _all(project, environment, default):
        # Links to the interpreter of the system are the same one; in an environment they are not.
        key = Path(os.path.realpath(each.path)) if each.kind is Kind.SYSTEM else _real(each.prefix)
        if key not in seen:
            seen.add(key)
            yield each


def behind(path: Path, project: Path, environment: Mapping[str, str]) -> Interpreter:
    """The interpreter at a path; behind a command of pyenv, the one that pyenv chooses for the project."""
    return managers.chosen_by_pyenv(path, project, environment) or _named(at_path(path), environment)


def written(interpreter: Interpreter, project: Path, environment: Mapping[str, str]) -> str:
    """What ``python`` in ``openbayes.local.yaml`` says for an interpreter."""
    if interpreter.kind is Kind.CONDA and _is_in_prefix(interpreter):
        found = conda.by_name(interpreter.name, environment)
        if found is not None and found.samefile(interpreter.prefix):
            return f"{conda.PREFIX}{interpreter.name}"
    with suppress(ValueError):
        return interpreter.path.relative_to(project.absolute()).as_posix()
    return str(interpreter.path)


class NoInterpreterError(Exception):
    """There is no such interpreter.

    Attributes
    ----------
    conda
        The name of a conda environment; empty for a path.
    path
        The interpreter that is missing, or cannot be executed; ``None`` if there is no such environment.
    nearest
        The environment that was probably meant; empty if none is similar.
    known
        Names of the environments that there are.
    """

    def __init__(
        self, path: Path | None, name: str = "", nearest: str = "", known: tuple[str, ...] = ()
    ) -> None:
        super().__init__(name or str(path))
        self.conda, self.path, self.nearest, self.known = name, path, nearest, known


def resolved(python: str, project: Path, environment: Mapping[str, str]) -> Interpreter:
    """The interpreter that ``python`` in ``openbayes.local.yaml`` means.

    Parameters
    ----------
    python
        A path, ``conda:NAME``, or ``conda:PATH`` of the folder of an environment.

    Raises
    ------
    NoInterpreterError
        If it is not there, or not executable.
    """
    if not python.startswith(conda.PREFIX):
        path = project.absolute() / Path(python).expanduser()
        if not is_executable(path):
            raise NoInterpreterError(path)
        return at_path(path)
    name = python.removeprefix(conda.PREFIX).strip()
    is_path = "/" in name
    prefix = Path(name).expanduser() if is_path else conda.by_name(name, environment)
    if prefix is None or (is_path and not is_conda(prefix)):
        known = tuple(each.name for each in conda.environments(environment) if each.name)
        raise NoInterpreterError(None, name, closest_match(name, known) or "", known)
    found = in_prefix(prefix, Kind.CONDA, name)
    if found is None:
        raise NoInterpreterError(prefix / "bin" / "python", name)
    return found


def stored(interpreter: Interpreter) -> str:
    """How a job stores its interpreter: by paths only, which no later change of names affects.

    The interpreter of a conda environment is stored as the environment, which is activated.
    """
    if interpreter.kind is Kind.CONDA and _is_in_prefix(interpreter):
        return f"{conda.PREFIX}{interpreter.prefix}"
    return str(interpreter.path)


def _all(project: Path, environment: Mapping[str, str], default: Path | None) -> Iterator[Interpreter]:
    yield from managers.in_project(project, environment)
    yield from managers.of_poetry(project, environment)
    yield from managers.of_pipenv(project, environment)
    others = [*_of_conda(project, environment), *managers.of_pyenv(project, environment)]
    yield from sorted(others, key=lambda each: not each.is_of_project)
    if default is not None:
        yield behind(default, project, environment)
    yield from _on_path(environment)
    yield from managers.of_uv(environment)


def _of_conda(project: Path, environment: Mapping[str, str]) -> Iterator[Interpreter]:
    named = conda.named_by_project(project)
    for each in conda.environments(environment):
        is_named = each.name == named != "" or each.prefix.is_relative_to(project)
        name = each.name or str(each.prefix)
        if found := in_prefix(each.prefix, Kind.CONDA, name, is_of_project=is_named):
            yield found


def _on_path(environment: Mapping[str, str]) -> Iterator[Interpreter]:
    """Interpreters on the search path; the commands that pyenv puts there only choose one of its versions."""
    shims = managers.pyenv_root(environment) / "shims"
    folders = [each for each in environment.get("PATH", "").split(os.pathsep) if each.startswith("/")]
    for folder in dict.fromkeys((*folders, *_SYSTEM)):
        for name in _COMMANDS if Path(folder) != shims else ():
            if is_executable(path := Path(folder, name)):
                yield _named(at_path(path), environment)


def _named(found: Interpreter, environment: Mapping[str, str]) -> Interpreter:
    """With the name by which conda knows it."""
    if found.kind is not Kind.CONDA:
        return found
    known = {each.prefix: each.name for each in conda.environments(environment)}
    return replace(found, name=known.get(found.prefix) or str(found.prefix))


def _is_in_prefix(interpreter: Interpreter) -> bool:
    own = in_prefix(interpreter.prefix)
    return own is not None and own.path.samefile(interpreter.path)


def _real(folder: Path) -> Path:
    return Path(os.path.realpath(folder))
