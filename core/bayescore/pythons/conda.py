"""Conda and mamba environments, by the files in which these tools keep them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bayescore.config import YamlDocument
from bayescore.files import read_text
from bayescore.pythons.interpreter import is_conda, names_in

PREFIX = "conda:"
BASE = "base"
_MOST_BYTES = 2**18
_MOST_ENVIRONMENTS = 1000
_IN_HOME = (
    *("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba", "miniconda", "anaconda"),
    *(".local/share/mamba", ".micromamba"),
)
_SHARED = ("conda", "miniconda3", "anaconda3", "miniforge3", "mambaforge")


@dataclass(frozen=True)
class CondaEnvironment:
    """A conda environment; one that can only be named by its path has no name."""

    prefix: Path
    name: str


def home_of(environment: Mapping[str, str]) -> Path:
    """The user's home folder."""
    return Path(environment.get("HOME") or "~").expanduser()


def environments(environment: Mapping[str, str]) -> list[CondaEnvironment]:
    """Every environment of this user that conda would list, with those of mamba.

    Parameters
    ----------
    environment
        Environment variables, which say where conda is.
    """
    found: dict[str, CondaEnvironment] = {}
    names: set[str] = set()
    for prefix, name in _candidates(environment):
        real = os.path.realpath(prefix)
        if real not in found and is_conda(prefix):
            free = name if name not in names else ""
            names.add(free)
            found[real] = CondaEnvironment(prefix, free)
    return list(found.values())


def by_name(name: str, environment: Mapping[str, str]) -> Path | None:
    """The folder of a named environment, if there is one."""
    return next((each.prefix for each in environments(environment) if name and each.name == name), None)


def name_of(prefix: Path) -> str:
    """What ``CONDA_DEFAULT_ENV`` is for an environment: a name, or the path of one that has none."""
    if prefix.parent.name == "envs":
        return prefix.name
    is_root = (prefix / "condabin").is_dir() or (prefix / "envs").is_dir()
    return BASE if is_root else str(prefix)


def named_by_project(project: Path) -> str:
    """The environment that the ``environment.yml`` of a project names; empty if none."""
    for file in ("environment.yml", "environment.yaml"):
        name = _mapping(project / file).get("name")
        if isinstance(name, str) and name:
            return name
    return ""


def _candidates(environment: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    home = home_of(environment)
    roots = list(_roots(environment, home))
    for root in roots:
        yield root, BASE
    written = environment.get("CONDA_ENVS_DIRS") or environment.get("CONDA_ENVS_PATH") or ""
    configured = _mapping(home / ".condarc").get("envs_dirs")
    listed = [str(each) for each in configured] if isinstance(configured, list) else []
    folders = [Path(each).expanduser() for each in (*written.split(os.pathsep), *listed) if each]
    for folder in (*folders, *(root / "envs" for root in roots), home / ".conda" / "envs"):
        for name in names_in(folder, _MOST_ENVIRONMENTS):
            yield folder / name, name
    for line in _lines(home / ".conda" / "environments.txt")[:_MOST_ENVIRONMENTS]:
        if line.startswith("/"):
            prefix = Path(line)
            yield prefix, prefix.name if prefix.parent.name == "envs" else ""


def _roots(environment: Mapping[str, str], home: Path) -> Iterator[Path]:
    """Folders that may be installations of conda, or the root of mamba's environments."""
    if executable := environment.get("CONDA_EXE"):
        yield Path(executable).parent.parent
    if root := environment.get("MAMBA_ROOT_PREFIX"):
        yield Path(root)
    if active := environment.get("CONDA_PREFIX"):
        folder = Path(active)
        yield folder.parent.parent if folder.parent.name == "envs" else folder
    yield from (home / name for name in _IN_HOME)
    yield from (Path("/opt") / name for name in _SHARED)


def _mapping(file: Path) -> dict[str, object]:
    with suppress(OSError):
        data = YamlDocument.parse(read_text(file, _MOST_BYTES)).data
        if isinstance(data, dict):
            return data
    return {}


def _lines(file: Path) -> list[str]:
    with suppress(OSError):
        return [line.strip() for line in read_text(file, _MOST_BYTES).splitlines() if line.strip()]
    return []
