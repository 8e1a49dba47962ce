"""What of a project is copied, and what is used in place."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest

from bayescore.config import LocalSettings
from bayescore.trials import snapshot
from bayescore.trials.project_scan import ProjectScan, StoppedError, Watcher, scan
from bayescore.trials.sorting import FOLDER_FILES

MIB = 2**20


@pytest.fixture
def project(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    write(made, {"main.py": 10, "src/model.py": 10})
    return made


def write(project: Path, files: dict[str, int]) -> None:
    """Sparse files of these sizes."""
    for name, size in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        with (project / name).open("wb") as made:
            made.truncate(size)


def many(folder: Path, count: int = FOLDER_FILES + 1) -> None:
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number}.jpg").touch()


def found(project: Path, **local: Any) -> ProjectScan:
    return scan(project, LocalSettings(**local))


def paths(result: ProjectScan) -> list[str]:
    return [each.path for each in result.in_place]


@pytest.mark.parametrize(
    ("files", "in_place"),
    [
        ({"data/a.bin": 10 * MIB}, []),
        ({"train.bin": 33 * MIB}, ["train.bin"]),
        ({"src/weights.bin": 900 * MIB}, ["src/weights.bin"]),
        ({"src/assets/a.bin": 300 * MIB, "src/assets/b": 1}, ["src/assets"]),
        ({f"data/{i}.bin": 40 * MIB for i in range(9)}, ["data"]),
        ({f"data/{i}.bin": 20 * MIB for i in range(20)}, ["data"]),
        ({"data/train/a": 300 * MIB, "data/test/a": 300 * MIB, "data/x": 1}, ["data/test", "data/train"]),
        ({"data/train/a": 200 * MIB, "data/test/a": 200 * MIB}, ["data"]),
        ({"data/raw/a": 300 * MIB, **{f"data/{i}": 20 * MIB for i in range(20)}}, ["data"]),
        ({f"src/{i}.bin": 33 * MIB for i in range(40)}, ["src"]),
    ],
)
def test_that_large_files_and_the_deepest_large_folders_are_used_in_place(
    project: Path, files: dict[str, int], in_place: list[str]
) -> None:
    write(project, files)
    result = found(project)
    assert paths(result) == in_place
    inside = {f for f in files if any(f == p or f.startswith(f"{p}/") for p in in_place)}
    assert sum(each.size for each in result.in_place) >= sum(files[f] for f in inside)
    assert sum(each.files for each in result.in_place) >= len(inside)


def test_that_a_folder_of_many_files_is_used_in_place_and_the_project_itself_never(project: Path) -> None:
    many(project / "data" / "pictures")
    for number in range(FOLDER_FILES + 1):
        (project / f"{number}.txt").touch()
    result = found(project)
    assert paths(result) == ["data/pictures"]
    assert result.files == FOLDER_FILES + 3


def test_that_the_settings_overrule_the_sizes(project: Path) -> None:
    write(project, {"data/a.bin": 300 * MIB, "data/b.bin": 300 * MIB, "small/x.txt": 1, "free/y.txt": 1})
    result = found(project, copy=["data/a.bin"], in_place={"small": "ro", "fre*": "rw"})
    assert paths(result) == ["data/b.bin", "free", "small"]
    assert [each.writable for each in result.in_place] == [False, True, False]
    assert result.size == 300 * MIB + 20


def test_that_ignored_files_are_neither_copied_nor_used_in_place(project: Path) -> None:
    write(project, {"data/a.bin": 300 * MIB, ".git/objects/pack": 900 * MIB, "sub/.git/pack": 900 * MIB})
    (project / ".openbayesignore").write_text("/data/\n")
    result = found(project)
    assert (paths(result), result.files) == ([], 2)


def test_that_links_out_of_the_project_are_used_in_place_by_their_real_target(
    project: Path, tmp_path: Path
) -> None:
    write(tmp_path / "disk", {"set/x.txt": 7, "one.bin": 3})
    (tmp_path / "disk" / "again").symlink_to("set")
    (project / "data").symlink_to(tmp_path / "disk" / "again")
    (project / "src" / "one.bin").symlink_to("../../disk/one.bin")
    (project / "inside").symlink_to("data")
    result = found(project)
    assert [(e.path, e.source, e.is_folder, e.files, e.size) for e in result.in_place] == [
        ("data", str(tmp_path / "disk" / "set"), True, 1, 7),
        ("inside", str(tmp_path / "disk" / "set"), True, 1, 7),
        ("src/one.bin", str(tmp_path / "disk" / "one.bin"), False, 1, 3),
    ]


def test_that_links_to_nothing_to_themselves_and_above_the_project_are_not_used(
    project: Path, tmp_path: Path
) -> None:
    (project / "gone").symlink_to(tmp_path / "not mounted")
    (project / "loop").symlink_to("pool")
    (project / "pool").symlink_to("loop")
    (project / "all").symlink_to("/")
    (project / "above").symlink_to("..")
    (project / "zero").symlink_to("/dev/zero")
    result = found(project)
    assert paths(result) == []
    assert [(link.path, link.target) for link in result.dangling] == [("gone", f"{tmp_path}/not mounted")]
    assert [(link.path, link.target) for link in result.above] == [("above", str(tmp_path)), ("all", "/")]
    assert result.special == ("zero",)
    taken = snapshot.take(project, tmp_path / "copy", uncopied=result.uncopied)
    assert taken.outside == ("above", "all", "gone", "zero")
    assert (tmp_path / "copy" / "loop").is_symlink()
    assert paths(found(project, in_place={"above": "ro"})) == ["above"]


def test_that_a_link_out_inside_a_folder_in_place_is_reported(project: Path, tmp_path: Path) -> None:
    write(project, {"data/a": 300 * MIB})
    write(tmp_path, {"disk/x": 1})
    (project / "data" / "more").symlink_to(tmp_path / "disk")
    result = found(project)
    assert paths(result) == ["data"]
    assert [(link.path, link.target) for link in result.within] == [("data/more", f"{tmp_path}/disk")]


def test_that_pipes_and_sockets_are_named_and_hard_links_are_copied(project: Path, tmp_path: Path) -> None:
    os.mkfifo(project / "pipe")
    os.link(project / "main.py", project / "same.py")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(project / "sock"))
        result = found(project)
    assert (result.special, result.files) == (("pipe", "sock"), 3)


@pytest.mark.parametrize(
    "written",
    [
        "runs/exp1/events.out.tfevents.1700000000.host",
        "wandb/run-20250101_000000-abc/files/config.yaml",
        "mlruns/0/0123456789abcdef0123456789abcdef/meta.yaml",
        "lightning_logs/version_0/metrics.csv",
        "checkpoints/epoch=3-step=400.ckpt",
        "checkpoints/checkpoint-500/trainer_state.json",
        "outputs/2025-01-01/12-00-00/.hydra/config.yaml",
        "src/runs/train2/results.csv",
    ],
)
def test_that_outputs_of_earlier_runs_are_recognised_by_what_they_hold(project: Path, written: str) -> None:
    write(project, {written: 10})
    folder = written[: written.index("/", 4)] if written.startswith("src/") else written.split("/", 1)[0]
    (small,) = found(project).outputs
    assert (small.path, small.is_left_out) == (folder, False)
    write(project, {f"{folder}/weights.bin": 900 * MIB})
    result = found(project)
    assert (paths(result), result.files) == ([], 2)
    assert result.uncopied.outputs == (folder,)
    chosen = found(project, in_place={f"/{folder}": "ro"})
    assert (paths(chosen), chosen.outputs) == ([folder], ())


def test_that_a_folder_with_the_name_of_outputs_and_other_content_is_not_one(project: Path) -> None:
    write(project, {"checkpoints/pretrained.pt": 900 * MIB, "runs/plan.txt": 1, "outputs/run.py": 1})
    result = found(project)
    assert result.outputs == ()
    assert paths(result) == ["checkpoints"]


def test_that_a_scan_shows_its_progress_and_can_be_stopped(project: Path) -> None:
    many(project / "data", 3000)
    seen: list[int] = []
    scan(project, LocalSettings(), watcher=Watcher(seen.append))
    assert seen == [1000, 2000, 3000]
    with pytest.raises(StoppedError):
        scan(project, LocalSettings(), watcher=Watcher(cancelled=lambda: True))
