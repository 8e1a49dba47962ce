"""Formats in which results can be exported; apart from the export, so that the command line loads quickly."""

from __future__ import annotations

from enum import StrEnum


class ExportFormat(StrEnum):
    """A format of exported results."""

    CSV = "csv"
    POINTS = "points"
    JSON = "json"
    YAML = "yaml"
    OPTUNA = "optuna"
    HIPLOT = "hiplot"

    @property
    def suffix(self) -> str:
        """Suffix of the file's name, without the dot."""
        return {"points": "csv", "optuna": "log", "hiplot": "csv"}.get(self.value, self.value)
