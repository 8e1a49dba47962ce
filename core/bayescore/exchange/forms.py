"""The forms in which results are written."""

from __future__ import annotations

from enum import StrEnum


class Form(StrEnum):
    """What to write."""

    CSV = "csv"
    POINTS = "points"
    JSON = "json"
    YAML = "yaml"
    OPTUNA = "optuna"
    HIPLOT = "hiplot"

    @property
    def ending(self) -> str:
        """Of a file's name."""
        return {"points": "csv", "optuna": "log", "hiplot": "csv"}.get(self.value, self.value)
