"""Where paths lead when links are followed."""

from __future__ import annotations

import os
from pathlib import Path


def real(path: str | Path) -> str:
    """A path without links; one that cannot be resolved is returned as it is."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return str(path)


def leads_out(place: Path, folder: Path) -> bool:
    """Whether a path leaves a folder through a link inside that folder."""
    inside = real(folder)
    if Path(real(place)).is_relative_to(inside):
        return False
    links = (each for each in (place, *place.parents) if each.is_symlink())
    return any(Path(real(each.parent)).is_relative_to(inside) for each in links)
