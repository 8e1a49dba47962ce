"""``.openbayesgear``: which project of the platform a folder belongs to."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import yaml

GEAR_FILE = ".openbayesgear"


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
        found = yaml.safe_load((project / GEAR_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return Gear()
    if not isinstance(found, dict):
        return Gear()
    return Gear(**{key: str(found.get(key) or "") for key in ("id", "name", "jid")})


def name_project(project: Path, name: str) -> None:
    """Give a project a name; what ties it to the platform stays."""
    gear = replace(read_gear(project), name=name)
    (project / GEAR_FILE).write_text(
        yaml.safe_dump(asdict(gear), allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
