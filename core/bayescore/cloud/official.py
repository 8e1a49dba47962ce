"""The official ``bayes`` command line: its path, its version, and the account.

Read from openbayes-cli 0.28.5: ``bayes`` keeps its settings in ``~/.openbayes/config.yaml``,
a list of environments of which one is the default.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

PROGRAM = "bayes"
INSTALL = "pip install openbayes-cli"
_HOME = "https://openbayes.com"
_VERSION = "import importlib.metadata as m; print(m.version('openbayes-cli'))"
_WAIT_S = 20.0


@dataclass(frozen=True)
class Official:
    """The program as found on the path; ``version`` is empty if it is unknown."""

    program: Path
    version: str


@dataclass(frozen=True)
class Account:
    """The account that ``bayes`` uses.  Of the token, only its presence is read.

    Attributes
    ----------
    organisation
        Empty for a personal account.
    """

    endpoint: str = _HOME
    user: str = ""
    organisation: str = ""
    signed_in: bool = False


def find() -> Official | None:
    """The program on the path; ``None`` if it is not installed."""
    program = shutil.which(PROGRAM)
    return None if program is None else Official(Path(program), _version(Path(program)))


def account() -> Account:
    """Account of the default environment, without contacting a server."""
    file = Path.home() / ".openbayes" / "config.yaml"
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return Account()
    environments = [e for e in found if isinstance(e, dict)] if isinstance(found, list) else []
    used = next((e for e in environments if e.get("isDefault")), None)
    if used is None:
        return Account()
    return Account(
        str(used.get("endpoint") or _HOME),
        str(used.get("username") or ""),
        str(used.get("orgName") or ""),
        bool(used.get("token")),
    )


def _version(program: Path) -> str:
    """Version of the package that the program belongs to; it has no option that prints it."""
    try:
        first = program.open(encoding="utf-8").readline().strip()
        done = subprocess.run(
            [*first.removeprefix("#!").split(), "-c", _VERSION],
            capture_output=True,
            text=True,
            timeout=_WAIT_S,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if first.startswith("#!") and done.returncode == 0 else ""
