"""What a program imports, and which environment has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescore.pythons import imported, programs_of, survey
from support.environments import a_venv, add_package, site_packages


def write(project: Path, **files: str) -> None:
    for name, content in files.items():
        file = project / f"{name.replace('__', '/')}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import torch.nn as nn, cv2", ("cv2", "torch")),
        ("from sklearn.svm import SVC", ("sklearn",)),
        ("import os, json\nfrom pathlib import Path", ()),
        ("from openbayestool import log_metric", ()),
        ("def main():\n    import timm", ("timm",)),
        ("try:\n    import apex\nexcept ImportError:\n    apex = None", ()),
        ("try:\n    import tomllib\nexcept ModuleNotFoundError:\n    import tomli", ()),
        ("try:\n    import apex\nfinally:\n    import timm", ("apex", "timm")),
        ("try:\n    import apex\nexcept:\n    pass", ()),
        ("try:\n    import apex\nexcept (OSError, ImportError):\n    pass", ()),
        ("try:\n    import apex\nexcept KeyError:\n    pass", ("apex",)),
        ("if TYPE_CHECKING:\n    import pandas\nelse:\n    import numpy", ("numpy",)),
        ("import typing\nif typing.TYPE_CHECKING:\n    import pandas", ()),
        ("this is no Python", ()),
    ],
)
def test_that_imports_are_read(tmp_path: Path, source: str, names: tuple[str, ...]) -> None:
    write(tmp_path, main=source)
    assert imported(tmp_path, [tmp_path / "main.py"]) == names


def test_that_only_the_modules_that_the_program_uses_count(tmp_path: Path) -> None:
    write(
        tmp_path,
        train="from models.net import Net\nfrom utils import log\nimport data.loader",
        models____init__="",
        models__net="from . import layers\nfrom ..utils import log\nimport torch",
        models__layers="import einops\ndef draw():\n    import seaborn",
        models__other="import onnx",
        utils="import tqdm",
        data__loader="import h5py",
        setup="import skbuild",
        tests__test_net="import pytest",
    )
    assert imported(tmp_path, [tmp_path / "train.py"]) == ("einops", "h5py", "torch", "tqdm")
    assert imported(tmp_path) == ("einops", "h5py", "onnx", "torch", "tqdm")


def test_that_a_folder_of_outputs_is_no_module(tmp_path: Path) -> None:
    write(tmp_path, main="import wandb")
    (tmp_path / "wandb" / "run-1").mkdir(parents=True)
    assert imported(tmp_path, [tmp_path / "main.py"]) == ("wandb",)


def test_that_modules_below_src_are_the_projects_own(tmp_path: Path) -> None:
    write(tmp_path, train="import digits.net", src__digits____init__="", src__digits__net="import jax")
    assert imported(tmp_path, [tmp_path / "train.py"]) == ("jax",)


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("python train.py --epochs 3", ["train.py"]),
        ("torchrun --nproc_per_node 2 train.py", ["train.py"]),
        ("python -m pkg.train", ["pkg/train.py"]),
        ("python -m lib.run", ["src/lib/run.py"]),
        ("python -m torch.distributed.run train.py", ["train.py"]),
        ("cd pkg && python train.py", ["pkg/train.py"]),
        ("cd .. && python elsewhere.py", []),
        ("bash scripts/run.sh", ["train.py"]),
        ("make train", []),
        ("uv run train.py", []),
        ("conda run -n ml python train.py", []),
        ("source .venv/bin/activate && python train.py", []),
        ("/opt/own/bin/python train.py", []),
        ("python3.9 train.py", []),
        ("python3 train.py", ["train.py"]),
        ("'unclosed", []),
        ("", []),
    ],
)
def test_that_the_program_of_a_command_is_known(tmp_path: Path, command: str, files: list[str]) -> None:
    project = tmp_path / "project"
    write(project, train="", pkg__train="", src__lib__run="")
    (project / "scripts").mkdir()
    (project / "scripts" / "run.sh").write_text('#!/bin/sh\nset -e\nexec python train.py "$@"\n')
    (tmp_path / "elsewhere.py").touch()
    assert [str(p.relative_to(project)) for p in programs_of(command, project)] == files


def candidate_with(tmp_path: Path, source: str) -> tuple[tuple[str, ...], str]:
    """What the environment in a project lacks, and how that is installed."""
    write(tmp_path, main=source)
    found = survey(tmp_path, {"HOME": str(tmp_path / "home"), "PATH": ""})
    own = next(c for c in found.candidates if c.written == ".venv/bin/python")
    return own.lacking, found.install_command(own)


def test_that_the_distribution_of_a_module_comes_from_an_environment_that_has_it(tmp_path: Path) -> None:
    a_venv(tmp_path / ".venv")
    other = a_venv(tmp_path / "venv")
    add_package(other, "opencv-python-headless", "4.9", "cv2", lists_modules=False)
    python = tmp_path / ".venv" / "bin" / "python"
    lacking, command = candidate_with(tmp_path, "import cv2, sklearn, timm")
    assert lacking == ("cv2", "sklearn", "timm")
    assert command == f"{python} -m pip install opencv-python-headless scikit-learn timm"


def test_that_an_environment_of_uv_without_pip_is_installed_into_with_uv(tmp_path: Path) -> None:
    prefix = a_venv(tmp_path / ".venv")
    (prefix / "pyvenv.cfg").write_text((prefix / "pyvenv.cfg").read_text() + "uv = 0.5.1\n")
    _lacking, command = candidate_with(tmp_path, "import timm")
    assert command == f"uv pip install --python {prefix}/bin/python timm"


def test_that_modules_are_found_in_every_form_of_installation(tmp_path: Path) -> None:
    library = site_packages(a_venv(tmp_path / ".venv"))
    (library / "single.py").touch()
    (library / "native.cpython-311-x86_64-linux-gnu.so").touch()
    (library / "namespace" / "part").mkdir(parents=True)
    (library / "removed" / "__pycache__").mkdir(parents=True)
    (library / "editable-1.0.dist-info").mkdir()
    (library / "editable-1.0.dist-info" / "top_level.txt").write_text("editable\n")
    elsewhere = tmp_path / "elsewhere" / "developed"
    elsewhere.mkdir(parents=True)
    (elsewhere / "__init__.py").touch()
    (library / "path.pth").write_text(f"import nothing\n{elsewhere.parent}\n/nowhere\n")
    lacking, _command = candidate_with(
        tmp_path, "import single, native, namespace.part, removed, editable, developed, absent"
    )
    assert lacking == ("absent", "removed")


def test_that_packages_of_the_interpreter_below_count_where_the_environment_includes_them(
    tmp_path: Path,
) -> None:
    base = tmp_path / "python"
    library = base / "lib" / "python3.11" / "site-packages"
    (library / "torch").mkdir(parents=True)
    (library / "torch" / "__init__.py").touch()
    (base / "bin").mkdir()
    (base / "bin" / "python3.11").touch()
    own = tmp_path / ".venv"
    a_venv(own)
    configuration = "home = {}/bin\nversion = 3.11.4\ninclude-system-site-packages = {}\n"
    for included, lacking in (("true", ()), ("false", ("torch",))):
        (own / "pyvenv.cfg").write_text(configuration.format(base, included))
        assert candidate_with(tmp_path, "import torch")[0] == lacking
