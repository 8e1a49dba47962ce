"""Environments that uv, Poetry, Pipenv and pyenv have made for a project, by where these tools keep them."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bayescore.files import read_text
from bayescore.pythons.conda import home_of
from bayescore.pythons.interpreter import Interpreter, Kind, in_prefix, is_environment, names_in

_MOST_BYTES = 2**18
_IN_PROJECT = (".venv", "venv", "env", ".conda")


def in_project(project: Path, environment: Mapping[str, str]) -> Iterator[Interpreter]:
    """Environments in the project's folder, and the one that ``UV_PROJECT_ENVIRONMENT`` names."""
    folders = [project / name for name in _IN_PROJECT]
    if written := environment.get("UV_PROJECT_ENVIRONMENT"):
        folders.append(project / written)
    for folder in folders:
        if is_environment(folder) and (found := in_prefix(folder, is_of_project=True)):
            yield found


def of_poetry(project: Path, environment: Mapping[str, str]) -> Iterator[Interpreter]:
    """Environments that Poetry keeps for the project in its cache.

    Their names are ``NAME-HASH-pyX.Y``; the hash is of the real path of the project
    (Poetry, ``EnvManager.generate_env_name``).
    """
    if not (project / "pyproject.toml").is_file():
        return
    digest = hashlib.sha256(os.path.realpath(project).encode("utf-8", "surrogateescape")).digest()
    mark = f"-{urlsafe_b64encode(digest).decode()[:8]}-py"
    folder = _poetry_folder(project, environment)
    yield from _marked(folder, mark, Kind.POETRY)


def of_pipenv(project: Path, environment: Mapping[str, str]) -> Iterator[Interpreter]:
    """The environment that Pipenv keeps for the project.

    Its name is ``NAME-HASH``; the hash is of the path of the Pipfile (Pipenv,
    ``Project._get_virtualenv_hash``).  A file ``.venv`` has a name or a path instead.
    """
    written = environment.get("WORKON_HOME")
    home = home_of(environment)
    folder = Path(written).expanduser() if written else home / ".local" / "share" / "virtualenvs"
    if (project / ".venv").is_file():
        name = _first_line(project / ".venv")
        place = Path(name) if "/" in name else folder / name
        if name and (found := in_prefix(project / place, Kind.PIPENV, is_of_project=True)):
            yield found
    pipfile = project / "Pipfile"
    if pipfile.is_file():
        digest = hashlib.sha256(str(pipfile.absolute()).encode("utf-8", "surrogateescape")).digest()[:6]
        yield from _marked(folder, f"-{urlsafe_b64encode(digest).decode()[:8]}", Kind.PIPENV)


def of_pyenv(project: Path, environment: Mapping[str, str]) -> Iterator[Interpreter]:
    """The versions of pyenv; those that ``.python-version`` names belong to the project."""
    folder = pyenv_root(environment) / "versions"
    named = _first_line(project / ".python-version").split(":")
    for name in _newest_first(names_in(folder)):
        # pyenv takes 3.11 for the newest version of 3.11
        if found := in_prefix(folder / name, Kind.PYENV, name, is_of_project=_is_named(name, named)):
            yield found


def pyenv_root(environment: Mapping[str, str]) -> Path:
    """The folder of pyenv."""
    return Path(environment.get("PYENV_ROOT") or home_of(environment) / ".pyenv")


def chosen_by_pyenv(path: Path, project: Path, environment: Mapping[str, str]) -> Interpreter | None:
    """The version that a command of pyenv starts in a project; ``None`` for any other command."""
    root = pyenv_root(environment)
    if path.parent != root / "shims":
        return None
    files = (project / ".python-version", root / "version")
    chosen = environment.get("PYENV_VERSION") or next(filter(None, map(_first_line, files)), "")
    for name in _newest_first(names_in(root / "versions")):
        if _is_named(name, chosen.split(":")):
            return in_prefix(root / "versions" / name, Kind.PYENV, name)
    return None


def of_uv(environment: Mapping[str, str]) -> Iterator[Interpreter]:
    """The Python versions that uv has installed."""
    written = environment.get("UV_PYTHON_INSTALL_DIR")
    folder = Path(written) if written else home_of(environment) / ".local" / "share" / "uv" / "python"
    seen: set[str] = set()
    for name in _newest_first(names_in(folder)):
        real = os.path.realpath(folder / name)  # cpython-3.12-linux… is a link to cpython-3.12.4-linux…
        if real not in seen and (found := in_prefix(Path(real), Kind.UV)):
            seen.add(real)
            yield found


def _newest_first(versions: list[str]) -> list[str]:
    """Sorted by the numbers in them, so that 3.12 comes before 3.9."""
    return sorted(versions, key=lambda name: [int(n) for n in re.findall(r"\d{1,9}", name)], reverse=True)


def _is_named(version: str, named: list[str]) -> bool:
    return any(each and (version == each or version.startswith(f"{each}.")) for each in named)


def _marked(folder: Path, mark: str, kind: Kind) -> Iterator[Interpreter]:
    for name in names_in(folder):
        if mark in name and (found := in_prefix(folder / name, kind, is_of_project=True)):
            yield found


def _poetry_folder(project: Path, environment: Mapping[str, str]) -> Path:
    """Where Poetry keeps environments: its settings, the project's before the user's."""
    home = home_of(environment)
    own = _toml(project / "poetry.toml")
    users = _toml(Path(environment.get("POETRY_CONFIG_DIR") or home / ".config" / "pypoetry") / "config.toml")
    cache = environment.get("POETRY_CACHE_DIR") or own.get("cache-dir") or users.get("cache-dir")
    cache = cache or str(Path(environment.get("XDG_CACHE_HOME") or home / ".cache") / "pypoetry")
    written = environment.get("POETRY_VIRTUALENVS_PATH")
    for each in (own, users):
        section = each.get("virtualenvs")
        written = written or (section.get("path") if isinstance(section, dict) else None)
    place = str(written or "{cache-dir}/virtualenvs").replace("{cache-dir}", str(cache))
    return project / Path(place.replace("{project-dir}", str(project))).expanduser()


def _toml(file: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError, RecursionError):
        return tomllib.loads(read_text(file, _MOST_BYTES))
    return {}


def _first_line(file: Path) -> str:
    with suppress(OSError):
        return next((line.strip() for line in read_text(file, _MOST_BYTES).splitlines()), "")
    return ""
