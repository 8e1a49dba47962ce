"""Resolving symbolic links."""

from __future__ import annotations

import os
from pathlib import Path


def real(path: str | Path) -> str:
    """Resolve the links of a path; a path that cannot be resolved is returned unchanged."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return str(path)


def leads_out(path: Path, folder: Path) -> bool:
    """Whether a path leaves a folder through a link inside that folder."""
    inside = real(folder)
    if Path(real(path)).is_relative_to(inside):
        return False
    links = (part for part in (path, *path.parents) if part.is_symlink())
    return any(Path(real(link.parent)).is_relative_to(inside) for link in links)
