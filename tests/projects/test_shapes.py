"""Projects that have the shapes of public training repositories are tuned without a change of a line.

Each folder of ``shapes`` is such a repository with the two files that a user adds. The programs use nothing but
the standard library, and their objective is a known function of their parameters.
"""

from __future__ import annotations

import hashlib
import math
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.docker_engine import IMAGE
from support.workspace import Workspace

SHAPES = Path(__file__).parent / "shapes"
LARGE = 33 * 2**20  # over the size at which a single file is used in place
Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Shape:
    """A repository in ``shapes``.

    Attributes
    ----------
    objective
        What a trial with these parameters reports last.
    points
        Number of values that each metric of a trial has.
    add
        Adds to the project what is not kept in a repository.
    """

    name: str
    objective: Callable[[Parameters], float]
    points: Callable[[Parameters], dict[str, int]]
    add: Callable[[Path], None] = lambda _project: None


def add_large_file(project: Path) -> None:
    with (project / "data" / "train.bin").open("wb") as file:
        file.truncate(LARGE)


def add_link_to_other_disk(project: Path) -> None:
    disk = project.parent / "disk"
    disk.mkdir()
    (disk / "train.jsonl").write_text('{"text": "good", "label": 1}\n' * 8)
    (project / "data").symlink_to(disk)


def accuracy_of_classifier(p: Parameters) -> float:
    reachable = {"alexnet": 60, "resnet18": 70, "resnet50": 76}[p["arch"]]
    return reachable - 4 * (math.log10(p["lr"]) + 1) ** 2 - abs(p["batch-size"] - 128) / 64


def loss_of_lightning(p: Parameters) -> float:
    best = 0.1 + (math.log10(p["learning_rate"]) + 2) ** 2 / 10 + abs(p["hidden_dim"] - 96) / 1000
    return best * (1 + 1 / 2**3)


def loss_of_hydra(p: Parameters) -> float:
    reachable = {"small": 0.2, "large": 0.1}[p["model"]]
    return reachable + (math.log10(p["optimizer.lr"]) + 2) ** 2 + abs(p["model.width"] - 64) / 64


def accuracy_of_huggingface(p: Parameters) -> float:
    return 0.9 - (math.log10(p["learning-rate"]) + 4) ** 2 / 10 - p["weight-decay"]


def map_of_ultralytics(p: Parameters) -> float:
    return 0.8 - (math.log10(p["lr0"]) + 2) ** 2 / 10 - abs(p["momentum"] - 0.9) - p["mosaic"] / 10


def loss_of_ddp(p: Parameters) -> float:
    """Three ranks with minima at 1, 2 and 3: their mean loss is (w - 2)^2 + 2 / 3."""
    return (2 * (1 - 2 * p["lr"]) ** p["steps"]) ** 2 + 2 / 3


def perplexity_of_src_layout(p: Parameters) -> float:
    return 3 + 20 * (p["dropout"] - 0.3) ** 2 + abs(p["layers"] - 4)


def accuracy_of_makefile(p: Parameters) -> float:
    return 0.9 - (math.log10(p["lr"]) + 1) ** 2 / 10 - {"constant": 0.2, "cosine decay": 0}[p["schedule"]]


ALL = (
    Shape("classifier", accuracy_of_classifier, lambda _: {"acc1": 3, "acc5": 3}, add_large_file),
    Shape("lightning", loss_of_lightning, lambda _: {"val_loss": 4, "train_loss": 4, "val_r2": 4}),
    Shape("hydra", loss_of_hydra, lambda _: {"val/loss": 3}),
    Shape(
        "huggingface",
        accuracy_of_huggingface,
        lambda _: {"eval_accuracy": 2, "eval_loss": 2},
        add_link_to_other_disk,
    ),
    Shape("ultralytics", map_of_ultralytics, lambda _: {"metrics/mAP50(B)": 3, "val/box_loss": 3}),
    Shape("ddp", loss_of_ddp, lambda p: {"train/loss": p["steps"]}),
    Shape("src_layout", perplexity_of_src_layout, lambda _: {"valid_ppl": 2}),
    Shape("makefile", accuracy_of_makefile, lambda _: {"accuracy": 1}),
)
RUNNERS = (
    pytest.param(("--runner", "process"), id="process"),
    pytest.param(("--runner", "docker", "--image", IMAGE), id="docker", marks=pytest.mark.docker),
)


def tree(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Mode, time and content of everything below a folder; a link is its target."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = str(path.readlink()) if path.is_symlink() else ""
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
        found[path.relative_to(folder).as_posix()] = (status.st_mode, status.st_mtime_ns, content)
    return found


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder; holes count, links do not."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


@pytest.fixture(params=RUNNERS)
def started(request: pytest.FixtureRequest) -> tuple[Workspace, tuple[str, ...]]:
    """A workspace and the options that say how its trials run."""
    options: tuple[str, ...] = request.param
    name = "containers" if "docker" in options else "workspace"
    return request.getfixturevalue(name), options


@pytest.mark.parametrize("shape", ALL, ids=lambda shape: shape.name)
def test_that_a_project_is_tuned_without_a_change_of_its_files(
    started: tuple[Workspace, tuple[str, ...]], shape: Shape
) -> None:
    workspace, options = started
    shutil.copytree(SHAPES / shape.name, workspace.project, ignore=shutil.ignore_patterns("__pycache__"))
    shape.add(workspace.project)
    before = tree(workspace.project)
    job = workspace.tune(*options)
    assert job["state"] == "succeeded", job["reason"]
    assert [trial["state"] for trial in job["trials"]] == ["succeeded"] * 6
    for trial in job["trials"]:
        expected = shape.objective(trial["parameters"])
        assert trial["value"] == pytest.approx(expected, rel=1e-5, abs=1e-3)
        counted = {name: len(values) for name, values in trial["metrics"].items()}
        assert counted.items() >= shape.points(trial["parameters"]).items()
    assert len({trial["value"] for trial in job["trials"]}) == 6
    assert tree(workspace.project) == before
    assert size_of(workspace.data.job(job["id"])) < LARGE  # the data is not copied
