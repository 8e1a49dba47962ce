"""What the agent of a node keeps of a trial in the trial's folder, for an agent that resumes."""

from __future__ import annotations

import json
from pathlib import Path

from bayescore.files import read_bytes
from bayescore.files import replace as replace_file

KNOWN = "agent.json"  # the token and, once the program runs, its name and handle
_MAX_BYTES = 2**20


def read_known(root: Path) -> dict[str, str]:
    """What is kept in the folder of a trial; empty if there is nothing that can be read."""
    try:
        return dict(json.loads(read_bytes(root / KNOWN, _MAX_BYTES, follow=False)))
    except (OSError, ValueError):
        return {}


def write_known(root: Path, known: dict[str, str]) -> None:
    """Replace what is kept in the folder of a trial."""
    replace_file(root / KNOWN, json.dumps(known).encode(), 0o600)
