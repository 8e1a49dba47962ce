"""The catalogue of the platform's runtime environments and the images that stand for them."""

from __future__ import annotations

import json
from functools import cache

from bayescore.resources import resource

_MOST_CHARACTERS = 200  # of a name; each “-” in it is tried as the beginning of a suffix


@cache
def _catalogue() -> dict[str, str]:
    entries = json.loads(resource("environments.json").read_text(encoding="utf-8"))
    return dict(entries["images"])


def known_environments() -> tuple[str, ...]:
    """Every environment's name in the catalogue."""
    return tuple(_catalogue())


def known_images() -> tuple[str, ...]:
    """Every image of the catalogue, each once."""
    return tuple(dict.fromkeys(_catalogue().values()))


def known_environment(name: str) -> str | None:
    """Public image for an environment, ``None`` when the catalogue has none.

    A name with a suffix that the catalogue lacks (``pytorch-2.6-2204``) means the entry
    without it (``pytorch-2.6``).
    """
    if len(name) > _MOST_CHARACTERS:
        return None
    folded = name.strip().lower()
    while folded:
        if folded in _catalogue():
            return _catalogue()[folded]
        folded = folded.rpartition("-")[0]
    return None
