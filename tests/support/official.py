"""The platform's own packages, installed apart by ``make test``: the client and the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PACKAGES = Path(__file__).resolve().parents[2] / "build" / "official"
_LOAD = """
import json, sys
from pathlib import Path
from bayes.model.file.openbayes_yaml import OpenBayesYamlSettings
settings = OpenBayesYamlSettings(Path(sys.argv[1]))
print(json.dumps(settings.configuration.model_dump()))
"""


def load(file: Path) -> dict[str, Any]:
    """An ``openbayes.yaml`` as the official loader reads it; fails as that one does."""
    done = python("-c", _LOAD, str(file))
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout))


def python(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python with the official packages in front of ours."""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGES), **(env or {})}
    return subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=60
    )
