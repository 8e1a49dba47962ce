"""Files that a trial writes to mislead or stop what reads metrics from them."""

from __future__ import annotations

import json
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bayescore.config.log_pattern import PatternError, compile_pattern
from bayescore.metrics import log_reader, read_summary
from bayescore.metrics.matching import MAX_FILES
from support.observed import Observed

SOURCES: list[dict[str, Any]] = [
    {"log": r"loss=(?P<loss>\S+)"},
    {"csv": "**/*.csv"},
    {"jsonl": "**/*.jsonl"},
    {"json": "**/*.json"},
    {"tensorboard": "."},
]
MEMORY_BYTES = 200 * 2**20


def link_to(outside: Path, output: Path) -> None:
    for name in ("a.csv", "a.jsonl", "a.json", "a.tfevents"):
        (output / name).symlink_to(outside / name)
    (output / "folder").symlink_to(outside)
    (output / "up").symlink_to("..")
    (output / "round").symlink_to(".")


@pytest.fixture
def trial(tmp_path: Path) -> Observed:
    return Observed(tmp_path, *SOURCES)


def test_that_no_link_is_followed_out_of_the_folder(trial: Observed, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.csv").write_text("loss\n1\n")
    (outside / "a.jsonl").write_text('{"loss": 1}\n')
    (outside / "a.json").write_text('{"loss": 1}')
    (outside / "a.tfevents").write_bytes(b"x")
    (outside / "log.txt").write_text("loss=1\n")
    link_to(outside, trial.folder.output)
    trial.folder.log.symlink_to(outside / "log.txt")
    assert trial.look(is_last=True) == {}


def test_that_pipes_sockets_and_folders_in_place_of_files_do_not_hang(trial: Observed) -> None:
    for name in ("a.csv", "a.jsonl", "a.json", "events.tfevents"):
        os.mkfifo(trial.folder.output / name)
        (trial.folder.output / f"b{name}").mkdir()
    os.mkfifo(trial.folder.log)
    assert trial.look(is_last=True) == {}


def test_that_a_spool_that_is_a_link_is_not_written(trial: Observed, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("mine")
    (trial.folder.spool / "points.jsonl").symlink_to(mine)
    trial.write("a.csv", "loss\n1\n")
    with pytest.raises(OSError, match=r".*"):
        trial.collector.look(is_last=True)
    assert mine.read_text() == "mine"


def test_that_a_deep_tree_and_many_files_end_a_search(trial: Observed) -> None:
    folder = trial.folder.output
    for _ in range(100):
        folder /= "deep"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("loss\n1\n")
    for i in range(2 * MAX_FILES):
        trial.write(f"many/{i:04}.csv", "f1\n1\n")
    assert len(trial.look(is_last=True)["f1"]) == MAX_FILES
    assert "many_files" in trial.notes()


@pytest.mark.parametrize(
    "write",
    [
        lambda trial: trial.print(b"loss=1" * 5_000_000),
        lambda trial: trial.print(b"\r" * 5_000_000),
        lambda trial: trial.print(b"\x1b[" * 5_000_000 + b"\n"),
        lambda trial: trial.write("a.csv", b"loss," * 5_000_000),
        lambda trial: trial.write("a.csv", b'loss\n"' + b"1\n" * 50_000),
        lambda trial: trial.write("a.csv", b"x" * 100_000 + b"," * 100_000 + b"\n1\n" * 1000),
        lambda trial: trial.write("a.jsonl", b"[" * 5_000_000),
        lambda trial: trial.write("a.jsonl", b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"\n"),
        lambda trial: trial.write("a.jsonl", json.dumps({f"m{i}": i for i in range(5000)}) + "\n"),
        lambda trial: trial.write("a.jsonl", b'{"loss": 1' + b"0" * 5000 + b"}\n"),
        lambda trial: trial.write("a.json", b"[" + b"{}," * 300_000 + b"{}]"),
        lambda trial: trial.write("a.json", b"[" * 3_000_000),
        lambda trial: trial.write("a.json", b"[" + b'{"loss": 1},' * 20_000_000 + b"{}]"),
        lambda trial: trial.write("a.tfevents", b"\0" * 50_000_000),
    ],
)
def test_that_large_and_malformed_files_take_bounded_memory(
    trial: Observed, write: Callable[[Observed], object]
) -> None:
    write(trial)
    trial.write("good/a.csv", "f1\n1\n")
    tracemalloc.start()
    try:
        found = trial.look(is_last=True)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found["f1"] == [1]
    assert peak < MEMORY_BYTES


def test_that_metrics_that_nobody_asked_for_leave_room_for_the_objective(trial: Observed) -> None:
    trial.write("a.jsonl", "".join(json.dumps({f"m{i}": i}) + "\n" for i in range(2000)) + '{"loss": 1}\n')
    found = trial.look()
    assert found["loss"] == [1]
    assert len(found) < 1000
    assert "many_metrics" in trial.notes()


@pytest.mark.parametrize(
    "forged",
    [
        b"",
        b"[" * 100_000,
        b"{}",
        b'{"spool": -1, "state": {"places": [{"": {"at": -5, "tail": 7, "file": []}}], "found": [[]]}}',
        b'{"spool": 1e999, "state": {}}',
        b'{"spool": 0, "state": {"places": [{"a.csv": {"at": 99999999999999999999999, "rows": true}}] }}',
    ],
)
def test_that_a_forged_place_misleads_the_trial_only(trial: Observed, forged: bytes) -> None:
    (trial.folder.root / "metrics-places.json").write_bytes(forged)
    (trial.folder.root / "metrics.json").write_bytes(forged)
    (trial.folder.spool / "points.jsonl").write_bytes(
        b'{"places": {"source": 77, "file": "a", "place": {}}, "metrics": {}}\n'
        b'{"places": {"source": 1, "file": "a.csv", "place": {"at": "x", "rows": -3, "tail": null}}, "metrics": {}}\n'
        b'{"places": [], "metrics": {"loss": 0}}\n'
    )
    trial.restart()
    trial.write("b.csv", "loss\n1\n")
    assert trial.look(is_last=True)["loss"] == [0, 1]
    assert read_summary(trial.folder.root).found


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?P<loss>(a+)+)b",
        r"(?P<loss>(a|a)*)b",
        r"(?P<loss>(.*a){20})b",
        r"(?P<loss>.*.*.*.*.*.*x)",
    ],
)
def test_that_a_pattern_that_backtracks_elsewhere_takes_linear_time(tmp_path: Path, pattern: str) -> None:
    trial = Observed(tmp_path, {"log": pattern})
    trial.print(("a" * 10_000 + "\n") * 20)
    assert trial.look() == {}
    assert trial.notes() == {}


def test_that_a_pattern_that_takes_too_long_is_not_used_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_reader, "_SEARCH_S", 0.0)
    trial = Observed(tmp_path, {"log": r"loss=(?P<loss>\d+)"})
    trial.print("loss=1\nloss=2\n")
    trial.look()
    assert r"loss=(?P<loss>\d+)" in trial.notes()["pattern_off"]
    before = trial.values()
    trial.print("loss=3\n")
    trial.restart()
    assert trial.look() == before


@pytest.mark.parametrize(
    "pattern", [r"(?P<a>((x{100}){100}){100})", "(?P<a>" + "x" * 5000 + ")", "(?P<a>(.{0,900}){0,9})"]
)
def test_that_a_pattern_that_needs_much_memory_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)
