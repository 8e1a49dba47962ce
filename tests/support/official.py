"""The client and the command line of the platform, installed separately by ``make test``."""

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
    """Read an ``openbayes.yaml`` with the official loader; raises its errors."""
    done = python("-c", _LOAD, str(file))
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout))


def python(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python with the official packages first on the path."""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGES), **(env or {})}
    return subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=60
    )
