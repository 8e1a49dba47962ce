"""Builds the folder that all packages contain: ``build.py [TARGET]``, by default ``build/bundle``.

Run it with the Python of an environment that contains only Bayesdesk, its window and PyInstaller:
PyInstaller would also collect other packages that it finds.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import slim
import system_licences

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WINDOW_SCRIPT = """#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/bayesdesk" -m bayesdesk.app "$@"
"""


def main(target: Path) -> None:
    """Build the folder, reduce its size, and add the licences of system libraries."""
    work = target / "work"
    shutil.rmtree(target / "bayesdesk", ignore_errors=True)
    subprocess.run(
        [
            sys.executable,
            "-m",
            "PyInstaller",
            "--noconfirm",
            "--log-level",
            "WARN",
            "--distpath",
            str(target),
            "--workpath",
            str(work),
            str(HERE / "bayesdesk.spec"),
        ],
        check=True,
    )
    folder = target / "bayesdesk"
    if sys.platform == "linux":
        script = folder / "bayesdesk-gui"
        script.write_text(WINDOW_SCRIPT, encoding="utf-8")
        script.chmod(0o755)
        slim.reduce_size(folder / "_internal", work)
        system_licences.collect(work, folder / "licences")
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE")
    size = sum(f.lstat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink())
    print(f"{folder}: {size / 2**20:.0f} MiB")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "bundle").resolve())
