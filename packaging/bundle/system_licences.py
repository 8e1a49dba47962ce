"""Licences of the system libraries in a bundle, from the copyright files of their Debian packages."""

from __future__ import annotations

import ast
import shutil
import subprocess
from pathlib import Path


def collect(work: Path, target: Path) -> None:
    """Copy the copyright file of each Debian package that a bundled library comes from.

    The copy is named after the package.

    Parameters
    ----------
    work
        PyInstaller's work folder; its table of contents has the source of each file.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for shared in ("LGPL-3", "GPL-3"):  # Qt's and GCC's
        shutil.copy(Path("/usr/share/common-licenses") / shared, target / shared)
    for package in sorted({p for source in _sources(work) if (p := _package_of(source))}):
        stated = Path("/usr/share/doc") / package / "copyright"
        if stated.is_file():
            shutil.copy(stated, target / package)


def _sources(work: Path) -> set[str]:
    contents = next(work.rglob("COLLECT-00.toc")).read_text(encoding="utf-8")
    entries = ast.literal_eval(contents)
    rows = next(part for part in entries if isinstance(part, list))
    return {source for _name, source, kind in rows if kind == "BINARY" and "site-packages" not in source}


def _package_of(file: str) -> str | None:
    for path in (file, str(Path(file).resolve()), file.removeprefix("/usr")):
        found = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.partition(":")[0]
    return None
