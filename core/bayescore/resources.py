"""Paths of resource files: translations, examples, the catalogue of runtimes, the manual."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def _root() -> Path:
    here = Path(__file__).resolve()
    installed = here.parent / "_resources"
    return installed if installed.is_dir() else here.parents[2] / "resources"


def manual_page(language: str, name: str) -> Path:
    """Path of a page of the manual, in an installed package or in a checkout."""
    root = _root()
    pages = root / "docs" if (root / "docs").is_dir() else root.parent / "docs"
    return pages / language / f"{name}.md"


def resource(*parts: str) -> Path:
    """Path of a resource, in an installed package or in a checkout."""
    return _root().joinpath(*parts)
