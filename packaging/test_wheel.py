"""Installs the wheel in ``dist`` into a new environment and runs the first commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / "build" / "wheel-test"


def main() -> None:
    """Raise at the first command that fails."""
    (wheel,) = (ROOT / "dist").glob("bayesdesk-*.whl")
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    venv.create(ENVIRONMENT, with_pip=False)
    python = ENVIRONMENT / "bin" / "python"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            python,
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--constraint",
            ROOT / "packaging" / "constraints.txt",
            wheel,
        ],
        check=True,
    )
    variables = {**os.environ, "BAYESDESK_HOME": str(ENVIRONMENT / "home")}
    for arguments in (
        ["--version"],
        ["init", "--from", "guide", "--folder", "project"],
        ["check", "project"],
    ):
        subprocess.run(
            [ENVIRONMENT / "bin" / "bayesdesk", *arguments], check=True, cwd=ENVIRONMENT, env=variables
        )
    print(f"{wheel.relative_to(ROOT)}: {wheel.stat().st_size / 2**20:.1f} MiB, works")


if __name__ == "__main__":
    main()
