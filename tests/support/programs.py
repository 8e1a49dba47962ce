"""Parts of the programs that trials of tests run."""

from __future__ import annotations

from pathlib import Path


def wait_for(file: Path) -> str:
    """Program text that waits until a file exists."""
    return f"import pathlib, time\nwhile not pathlib.Path({str(file)!r}).exists(): time.sleep(0.02)\n"
