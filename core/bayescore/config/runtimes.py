"""The catalogue of the platform's runtimes (``env``) and of public images that are equivalent to them."""

from __future__ import annotations

import json
from functools import cache

from bayescore.resources import resource

_MAX_CHARACTERS = 200  # of a name: each “-” in it costs a look-up


@cache
def _catalogue() -> dict[str, str]:
    entries = json.loads(resource("runtimes.json").read_text(encoding="utf-8"))
    return dict(entries["images"])


def runtime_names() -> tuple[str, ...]:
    """Names of all runtimes in the catalogue."""
    return tuple(_catalogue())


def runtime_images() -> tuple[str, ...]:
    """All images in the catalogue, without duplicates."""
    return tuple(dict.fromkeys(_catalogue().values()))


def image_for_runtime(name: str) -> str | None:
    """Image for a runtime; ``None`` when the catalogue has none.

    When the catalogue lacks a name, suffixes are removed from it: ``pytorch-2.6-2204`` is found as
    ``pytorch-2.6``.
    """
    if len(name) > _MAX_CHARACTERS:
        return None
    folded = name.strip().lower()
    while folded:
        if folded in _catalogue():
            return _catalogue()[folded]
        folded = folded.rpartition("-")[0]
    return None
