"""``.openbayesgear``: the platform project that a folder belongs to."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import yaml

from bayescore import files
from bayescore.config.yamltext import YamlDocument
from bayescore.errors import ConfigError
from bayescore.files import read_text, reason_of
from bayescore.i18n import text

GEAR_FILE = ".openbayesgear"
_MAX_BYTES = 64 * 1024


@dataclass(frozen=True)
class Gear:
    """Content of the file, as the official command line writes it; empty without a file.

    Attributes
    ----------
    id, name
        Of the project on the platform; a project with only a name exists only locally.
    jid
        Id of the last job started on the platform.
    """

    id: str = ""
    name: str = ""
    jid: str = ""


def read_gear(project: Path) -> Gear:
    """Read the file of a project; an unreadable one counts as missing."""
    try:
        written = read_text(project / GEAR_FILE, _MAX_BYTES, errors="strict")
    except (OSError, ValueError):
        return Gear()
    found = YamlDocument.parse(written).data  # unlike PyYAML, limits the expansion of aliases
    if not isinstance(found, dict):
        return Gear()
    values = {key: found.get(key) for key in ("id", "name", "jid")}
    return Gear(**{k: str(v) for k, v in values.items() if v and isinstance(v, str | int | float)})


def name_project(project: Path, name: str) -> None:
    """Set the name of a project; the other fields are kept.

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
            text("{file} cannot be written: {reason}.", file=file, reason=reason_of(error))
        ) from None
