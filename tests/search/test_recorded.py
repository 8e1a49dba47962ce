"""Suggestions do not change from one version to the next."""

from __future__ import annotations

import json
from typing import Any

from bayescore.search import Origin
from search.recorded import FILE, as_json, suggestions

TOLERANCE = 1e-6  # of parameters and predictions: linear algebra rounds differently on other processors


def is_close(found: Any, recorded: Any) -> bool:
    """Whether two JSON values differ by rounding at most."""
    if isinstance(recorded, dict):
        return found.keys() == recorded.keys() and all(is_close(found[k], recorded[k]) for k in recorded)
    if isinstance(recorded, float):
        return abs(found - recorded) <= TOLERANCE * max(1.0, abs(recorded))
    return bool(found == recorded)


def test_that_suggestions_are_the_recorded_ones() -> None:
    recorded = json.loads(FILE.read_text(encoding="utf-8"))
    found = suggestions()
    assert found.keys() == recorded.keys()
    different = [
        name
        for name, suggestion in found.items()
        if not (
            is_close(as_json(suggestion), recorded[name])
            if suggestion.origin is Origin.MODEL
            else as_json(suggestion) == recorded[name]
        )
    ]
    assert different == []
