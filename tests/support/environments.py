"""Python environments as tools lay them out; the interpreters in them are real."""

from __future__ import annotations

import json
import venv
from pathlib import Path


def a_venv(prefix: Path, **packages: str) -> Path:
    """A virtual environment without pip, with packages of these versions."""
    venv.create(prefix, symlinks=True)
    for name, version in packages.items():
        add_package(prefix, name, version)
    return prefix


def a_conda_environment(prefix: Path, **packages: str) -> Path:
    """An environment with conda's records, around the interpreter of a virtual environment."""
    a_venv(prefix, **packages)
    (prefix / "conda-meta").mkdir()
    (prefix / "conda-meta" / "history").write_text("==> 2026-01-01 00:00:00 <==\n")
    return prefix


def a_conda_root(home: Path, *names: str) -> Path:
    """An installation of conda in a home folder, with named environments."""
    root = a_conda_environment(home / "miniconda3")
    (root / "condabin").mkdir()
    for name in names:
        a_conda_environment(root / "envs" / name)
    return root


def add_script(prefix: Path, kind: str, name: str, content: str) -> None:
    """A script that conda runs when an environment is activated or left."""
    folder = prefix / "etc" / "conda" / kind
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(content)


def set_variables(prefix: Path, **variables: str) -> None:
    """Variables of an environment, as ``conda env config vars set`` writes them."""
    (prefix / "conda-meta" / "state").write_text(json.dumps({"version": 1, "env_vars": variables}))


def site_packages(prefix: Path) -> Path:
    """The library folder of an environment."""
    return next((prefix / "lib").glob("python3*/site-packages"))


def add_package(
    prefix: Path, name: str, version: str, module: str = "", *, lists_modules: bool = True
) -> None:
    """An installed distribution with one module; its metadata lists the module or only its files."""
    module = module or name
    library = site_packages(prefix)
    (library / module).mkdir()
    (library / module / "__init__.py").write_text("")
    metadata = library / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (metadata / "RECORD").write_text(f"{module}/__init__.py,,\n{metadata.name}/METADATA,,\n")
    if lists_modules:
        (metadata / "top_level.txt").write_text(f"{module}\n")
