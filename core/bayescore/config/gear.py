"""``.openbayesgear``: which project of the platform a folder belongs to."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import yaml

from bayescore import files
from bayescore.config.yamltext import YamlDocument
from bayescore.errors import ConfigError
from bayescore.files import read_text
from bayescore.i18n import text

GEAR_FILE = ".openbayesgear"
_MOST_BYTES = 64 * 1024


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
        written = read_text(project / GEAR_FILE, _MOST_BYTES, errors="strict")
    except (OSError, ValueError):
        return Gear()
    found = YamlDocument.parse(written).data  # bounded, unlike PyYAML, whatever its aliases stand for
    if not isinstance(found, dict):
        return Gear()
    words = {key: found.get(key) for key in ("id", "name", "jid")}
    return Gear(**{k: str(v) for k, v in words.items() if v and isinstance(v, str | int | float)})


def name_project(project: Path, name: str) -> None:
    """Give a project a name; what ties it to the platform stays.

    Raises
    ------
    ConfigError
        When the file cannot be written.
    """
    gear, file = replace(read_gear(project), name=name), project / GEAR_FILE
    written = yaml.safe_dump(asdict(gear), allow_unicode=True, sort_keys=False).encode("utf-8")
    try:
        files.replace(file, written)
    except OSError as error:
        raise ConfigError(
            text("{file} cannot be written: {reason}.", file=file, reason=error.strerror or str(error))
        ) from None
