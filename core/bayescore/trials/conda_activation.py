"""Activates a conda environment for a trial, as ``conda run`` does.

``conda run`` writes a script for bash that calls ``conda activate`` and then the program.  The same is done
here without conda itself, which may be a function of a shell, or mamba, or gone: the environment variables
are computed as conda computes them (``_Activator.build_activate`` in its ``activate.py``), and bash reads the
scripts of the environment before it becomes the shell that runs the command.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bayescore.files import read_bytes
from bayescore.pythons import conda_name

_MOST_BYTES = 2**20  # of a file with variables
_UNSET = "***unset***"  # conda's word for a variable that the environment removes
_KEPT = "_BAYESDESK_KEPT_"


@dataclass(frozen=True)
class Activation:
    """How a program is started in a conda environment.

    Attributes
    ----------
    environment
        Environment variables to start with.
    """

    environment: dict[str, str]
    _leaving: tuple[Path, ...] = ()
    _entering: tuple[Path, ...] = ()
    _variables: Mapping[str, str] = field(default_factory=dict)

    def command(self, arguments: Sequence[str], kept: Collection[str]) -> list[str]:
        """The command, behind the scripts of the environment.

        Parameters
        ----------
        kept
            Names of variables that the scripts must not change: those that are chosen for the trial.
            ``PATH`` is none of them.
        """
        if not self._leaving and not self._entering:
            return list(arguments)
        names = [name for name in kept if name.isidentifier() and name.isascii() and name != "PATH"]
        lines = [
            *(f"{_KEPT}{name}=${name}" for name in names),
            *(f". {shlex.quote(str(script))}" for script in self._leaving),
            *(f"export {name}={shlex.quote(value)}" for name, value in self._variables.items()),
            *(f". {shlex.quote(str(script))}" for script in self._entering),
            *(f"export {name}=${_KEPT}{name}; unset {_KEPT}{name}" for name in names),
            f"exec {shlex.join(arguments)}",
        ]
        return [shutil.which("bash") or "/bin/sh", "-c", "\n".join(lines)]


def activation(prefix: Path, inherited: Mapping[str, str]) -> Activation:
    """The activation of an environment; there is nothing to do in one that is active already.

    Parameters
    ----------
    inherited
        Environment variables before it, in which another environment may be active.
    """
    environment = dict(inherited)
    active = environment.get("CONDA_PREFIX")
    earlier = Path(active) if active else None
    folders = environment.get("PATH", os.defpath).split(os.pathsep)
    left = {str(folder / "bin") for folder in (earlier, prefix) if folder is not None}
    rest = [folder for folder in folders if folder not in left]
    environment["PATH"] = os.pathsep.join([str(prefix / "bin"), *rest])
    if earlier == prefix:
        return Activation(environment)
    if earlier is not None:
        for name, value in _own_variables(earlier).items():
            if environment.get(name) == value:
                del environment[name]
    for name, value in _own_variables(prefix).items():
        environment.pop(name, None)
        if value != _UNSET:
            environment[name] = value
    variables = _conda_variables(prefix, inherited)
    leaving = tuple(reversed(_scripts(earlier, "deactivate.d"))) if earlier is not None else ()
    if not leaving:  # else they read the variables of the environment that is left
        environment |= variables
    return Activation(environment, leaving, _scripts(prefix, "activate.d"), variables)


def _conda_variables(prefix: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    name, written = conda_name(prefix), inherited.get("CONDA_SHLVL", "").strip()
    level = int(written) if written.isdecimal() else 0
    found = {
        "CONDA_PREFIX": str(prefix),
        "CONDA_DEFAULT_ENV": name,
        "CONDA_PROMPT_MODIFIER": f"({name}) ",
        "CONDA_SHLVL": str(level + 1),
    }
    if level > 0 and (earlier := inherited.get("CONDA_PREFIX")):
        found[f"CONDA_PREFIX_{level}"] = earlier
    return found


def _scripts(prefix: Path, kind: str) -> tuple[Path, ...]:
    return tuple(sorted((prefix / "etc" / "conda" / kind).glob("*.sh")))


def _own_variables(prefix: Path) -> dict[str, str]:
    """Variables of an environment: those of its packages, then those of ``conda env config vars set``."""
    found: dict[str, str] = {}
    for file in sorted((prefix / "etc" / "conda" / "env_vars.d").glob("*")):
        found |= _strings(_json(file))
    state = _json(prefix / "conda-meta" / "state")
    return found | _strings(state.get("env_vars"))


def _json(file: Path) -> dict[str, object]:
    with suppress(OSError, ValueError, RecursionError):
        data = json.loads(read_bytes(file, _MOST_BYTES))
        if isinstance(data, dict):
            return data
    return {}


def _strings(data: object) -> dict[str, str]:
    if not isinstance(data, dict):
        return {}
    return {str(name): value for name, value in data.items() if isinstance(value, str) and "\0" not in value}
