"""``bayesdesk gui``."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from bayescore.errors import ConfigError
from bayescore.i18n import _, text


def gui(
    path: Annotated[Path | None, typer.Argument(help=_("A file, or its folder."))] = None,
    job: Annotated[str | None, typer.Option("--job", help=_("A job to show: its id, or “last”."))] = None,
) -> None:
    """Open the window; returns when it is closed."""
    if importlib.util.find_spec("PySide6") is None:
        raise ConfigError(
            text("The window is not installed."), text("Install it with: pip install 'bayesdesk[gui]'")
        )
    arguments = [str(path)] if path is not None else []
    arguments += ["--job", job] if job is not None else []
    shown = subprocess.run([sys.executable, "-m", "bayesdesk.app", *arguments], check=False)
    raise typer.Exit(shown.returncode)
