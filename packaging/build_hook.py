"""Build hook of the wheel, and of an editable install: compiles the catalogue of translations."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):  # type: ignore[misc]
    """Runs before files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogue; see hatchling for the parameters."""
        tool = Path(self.root) / "tools" / "translations.py"
        runpy.run_path(str(tool))["compile_"]()
