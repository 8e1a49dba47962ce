"""Installs the wheel in ``dist`` into an environment of its own and asks the first questions of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "build" / "wheel-test"


def main() -> None:
    """Fail at the first command that fails."""
    (wheel,) = (ROOT / "dist").glob("bayesdesk-*.whl")
    shutil.rmtree(PLACE, ignore_errors=True)
    venv.create(PLACE, with_pip=False)
    python = PLACE / "bin" / "python"
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
    environment = {**os.environ, "BAYESDESK_HOME": str(PLACE / "home")}
    for arguments in (
        ["--version"],
        ["init", "--from", "guide", "--folder", "project"],
        ["check", "project"],
    ):
        subprocess.run([PLACE / "bin" / "bayesdesk", *arguments], check=True, cwd=PLACE, env=environment)
    print(f"{wheel.relative_to(ROOT)}: {wheel.stat().st_size / 2**20:.1f} MiB, works")


if __name__ == "__main__":
    main()
