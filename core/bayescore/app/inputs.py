"""Folders of this machine for the data bindings of a project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bayescore.config import Access, DataBinding, LocalSettings
from bayescore.errors import ConfigError
from bayescore.i18n import text
from bayescore.store import Input

_OTHER_NODES = "default"  # under “data”: the folder of all nodes that are not named


def resolve_inputs(
    bindings: Sequence[DataBinding], local: LocalSettings, project: Path, *, elsewhere: bool = False
) -> tuple[Input, ...]:
    """Folders for the file's data bindings.

    Parameters
    ----------
    elsewhere
        Whether trials run on other machines, whose folders are not checked.

    Raises
    ------
    ConfigError
        When no folder is known for a data set, or it does not exist.
    """
    inputs = []
    for binding in bindings:
        named = local.data.get(binding.data) or (binding.name and local.data.get(binding.name)) or None
        nodes = dict(named) if isinstance(named, dict) else {}
        known = nodes.pop(_OTHER_NODES, None) if isinstance(named, dict) else named
        place = Path(known or binding.data).expanduser()
        folder = place if place.is_absolute() else project / place
        writable = binding.type is Access.READ_WRITE
        if elsewhere and named:
            inputs.append(Input(str(folder), binding.path, writable, nodes))
        elif folder.is_dir():
            inputs.append(Input(str(folder.resolve()), binding.path, writable))
        elif known:
            raise ConfigError(
                text("The folder {folder} for “{data}” does not exist.", folder=folder, data=binding.data),
                text("Correct “data” in openbayes.local.yaml."),
            )
        else:
            raise ConfigError(
                text("No folder of this machine is known for the data “{data}”.", data=binding.data),
                text("Add to openbayes.local.yaml: data: {{“{data}”: /path/to/it}}", data=binding.data),
            )
    return tuple(inputs)
