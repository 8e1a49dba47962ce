"""``.openbayesgear``: which project of the platform a folder belongs to."""

from __future__ import annotations

import dataclasses
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from bayescore.errors import ConfigError
from bayescore.files import read_text, replace
from bayescore.i18n import text

GEAR_FILE = ".openbayesgear"
_MOST_BYTES = 64 * 2**10


@dataclass(frozen=True)
class Gear:
    """What the file holds, as the official command line writes it; empty where there is none.

    Attributes
    ----------
    id, name
        The project's on the platform; a name alone is only known here.
    jid
        The last job that was started there.
    """

    id: str = ""
    name: str = ""
    jid: str = ""


def read_gear(project: Path) -> Gear:
    """The file of a project; an unreadable one counts as none."""
    try:
        found = yaml.safe_load(read_text(project / GEAR_FILE, _MOST_BYTES, errors="strict"))
    except (OSError, ValueError, yaml.YAMLError):
        return Gear()
    if not isinstance(found, dict):
        return Gear()
    return Gear(**{key: str(found.get(key) or "") for key in ("id", "name", "jid")})


def name_project(project: Path, name: str) -> None:
    """Give a project a name; what ties it to the platform stays.

    Raises
    ------
    ConfigError
        When the file cannot be written.
    """
    file = project / GEAR_FILE
    content = yaml.safe_dump(
        asdict(dataclasses.replace(read_gear(project), name=name)), allow_unicode=True, sort_keys=False
    )
    try:
        replace(file, content.encode("utf-8"))
    except OSError as error:
        raise ConfigError(
            text("{file} cannot be written: {reason}.", file=file, reason=error.strerror or str(error))
        ) from None
