"""Python environments for the screenshots, so that none shows those of the machine that takes them."""

from __future__ import annotations

import os
import venv
from pathlib import Path

_PACKAGES = {
    "vision": {"torch": "2.6.0", "numpy": "2.2.1", "scikit_learn": "1.6.1"},
    "speech": {"torch": "2.4.1", "tensorflow": "2.18.0"},
}
_MODULES = {"scikit_learn": "sklearn"}


def make_environments(home: Path, project: Path) -> None:
    """Make a home folder with conda environments, and an environment in the project."""
    root = home / "miniconda3"
    for name, packages in {"": {}, **_PACKAGES}.items():
        prefix = root / "envs" / name if name else root
        venv.create(prefix, symlinks=True)
        (prefix / "conda-meta").mkdir()
        (prefix / "conda-meta" / "history").touch()
        library = next((prefix / "lib").glob("python3*/site-packages"))
        for package, version in packages.items():
            module = library / _MODULES.get(package, package)
            module.mkdir()
            (module / "__init__.py").touch()
            (library / f"{package}-{version}.dist-info").mkdir()
    venv.create(project / ".venv", symlinks=True)
    os.environ["HOME"] = str(home)
    os.environ["PYENV_ROOT"] = str(home / ".pyenv")
