"""Metrics in the files that common libraries write."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bayescore.metrics.collector import SpoolError
from support.observed import Observed


def table(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> str:
    """A table as ``csv.DictWriter`` writes it."""
    lines = [",".join(columns), *(",".join(str(row.get(c, "")) for c in columns) for row in rows)]
    return "".join(f"{line}\n" for line in lines)


class LightningLogger:
    """Writes as Lightning's ``CSVLogger`` does: new columns rewrite the table, else rows are appended."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._keys: list[str] = []
        file.parent.mkdir(parents=True)

    def log(self, row: dict[str, Any]) -> None:
        new = sorted(row.keys() - set(self._keys))
        if new and self._keys:
            with self._file.open(newline="") as opened:
                earlier = list(csv.DictReader(opened))
            with self._file.open("w", newline="") as opened:
                writer = csv.DictWriter(opened, [*self._keys, *new])
                writer.writeheader()
                writer.writerows(earlier)
        self._keys += new
        exists = self._file.exists()
        with self._file.open("a", newline="") as opened:
            writer = csv.DictWriter(opened, self._keys)
            if not exists:
                writer.writeheader()
            writer.writerow(row)


def test_that_lightnings_table_is_read_also_when_columns_are_added(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"csv": "lightning_logs/*/metrics.csv"})
    logger = LightningLogger(trial.folder.output / "lightning_logs" / "version_0" / "metrics.csv")
    for epoch in range(3):
        logger.log({"epoch": epoch, "step": 10 * epoch, "train_loss": 3 - epoch})
        trial.look()
        logger.log({"epoch": epoch, "step": 10 * epoch, "loss": 2 - epoch, "val_acc": epoch / 4})
        trial.look()
        trial.restart()
    assert trial.look(is_last=True) == {
        "train_loss": [3, 2, 1],
        "loss": [2, 1, 0],
        "val_acc": [0, 0.25, 0.5],
    }


def test_that_a_table_that_is_written_anew_for_each_row_is_read_once(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"csv": "metrics.csv"})
    rows: list[dict[str, Any]] = []
    for step in range(5):
        rows.append({"step": step, "loss": 5 - step})
        trial.write("metrics.csv", "step,l")  # half written
        trial.look()
        trial.write("metrics.csv", table(["step", "loss"], rows))
        trial.look()
    assert trial.look(is_last=True) == {"loss": [5, 4, 3, 2, 1]}


def test_that_a_table_of_a_second_run_in_its_place_is_read_from_its_start(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"csv": "metrics.csv"})
    trial.write("metrics.csv", table(["loss"], [{"loss": 3}, {"loss": 2}]))
    trial.look()
    trial.write("metrics.csv", table(["loss"], [{"loss": 9}]))
    assert trial.look() == {"loss": [3, 2, 9]}


def test_that_ultralytics_padded_table_is_read(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"csv": "runs/**/results.csv", "rename": {"metrics/mAP50-95(B)": "loss"}})
    header = f"{'epoch':>23},{'time':>23},{'train/box_loss':>23},{'metrics/mAP50-95(B)':>23}\n"
    trial.write("runs/detect/train/results.csv", header)
    for epoch in range(1, 3):
        row = f"{epoch:>23},{3.2 * epoch:>23.6g},{1 / epoch:>23.6g},{0.1 * epoch:>23.6g}\n"
        trial.write("runs/detect/train/results.csv", row, append=True)
        trial.look()
    assert trial.look() == {"train/box_loss": [1, 0.5], "loss": [0.1, 0.2]}


def test_that_hugging_face_states_in_several_checkpoints_count_once(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"json": "out/**/trainer_state.json", "rename": {"eval_loss": "loss"}})
    history: list[dict[str, float]] = []
    for step in range(1, 4):
        history += [
            {"epoch": step / 2, "step": step, "grad_norm": 1.5, "learning_rate": 0.1},
            {"epoch": step / 2, "step": step, "eval_loss": 1 / step},
        ]
        state = json.dumps({"best_metric": None, "log_history": history}, indent=2)
        trial.write(f"out/checkpoint-{step}/trainer_state.json", state[: len(state) // 2])
        trial.look()
        trial.write(f"out/checkpoint-{step}/trainer_state.json", state)
        trial.look()
        trial.restart()
    trial.write("out/trainer_state.json", state)
    found = trial.look(is_last=True)
    assert found["loss"] == [1, 1 / 2, 1 / 3]
    assert found["learning_rate"] == [0.1] * 3
    assert trial.notes() == {}


def test_that_an_object_of_numbers_counts_when_it_changes(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"json": "metrics.json"})
    for content in ['{"loss": 2}', '{"loss": 2}', '{"loss": 1, "test": {"acc": 0.5}}']:
        trial.write("metrics.json", content)
        trial.look()
        trial.restart()
    assert trial.look() == {"loss": [2, 1], "test/acc": [0.5]}


def test_that_an_object_that_has_earlier_numbers_again_counts_again(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"json": "*.json"})
    for loss in (0.5, 0.7, 0.5):
        trial.write("metrics.json", json.dumps({"loss": loss}))
        trial.look()
        trial.restart()
    trial.write("copy.json", json.dumps({"loss": 0.5}))
    assert trial.look(is_last=True) == {"loss": [0.5, 0.7, 0.5]}


def test_that_the_file_that_was_written_last_has_the_last_value(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"json": "checkpoint-*/metrics.json"})
    for step in range(100, 0, -1):  # not in the order of their names
        file = trial.write(f"checkpoint-{step}/metrics.json", json.dumps({"loss": step}))
        os.utime(file, (1000 - step, 1000 - step))
    trial.look()
    assert trial.look(is_last=True) == {"loss": list(range(100, 0, -1))}


def test_that_lines_of_json_are_read_and_what_is_none_is_passed_over(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"jsonl": "metrics.jsonl"})
    trial.write(
        "metrics.jsonl", '{"event": "start"}\nnot json\n[1]\n{"loss": 1, "step": 1, "eval": {"acc": 2}}\n'
    )
    assert trial.look() == {"loss": [1], "eval/acc": [2]}
    trial.write("metrics.jsonl", '{"loss": NaN, "best": true}\n{"loss": 3', append=True)
    assert [str(value) for value in trial.look()["loss"]] == ["1.0", "nan"]
    trial.write("metrics.jsonl", "}\n", append=True)
    assert trial.look()["loss"][2:] == [3]


def test_that_a_file_that_is_rotated_is_read_to_its_end(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"jsonl": "metrics.jsonl"})
    expected = []
    for i in range(12):
        expected.append(float(i))
        file = trial.write("metrics.jsonl", f'{{"loss": {i}}}\n', append=True)
        if i % 3 == 1:
            trial.look()
        if i % 4 == 3:
            file.rename(file.with_name(f"metrics.jsonl.{i}"))
    assert trial.look(is_last=True) == {"loss": expected}


def test_that_a_renamed_file_that_still_matches_is_not_read_twice(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"jsonl": "*.jsonl"})
    file = trial.write("now.jsonl", '{"loss": 1}\n')
    trial.look()
    file.rename(file.with_name("earlier.jsonl"))
    trial.look()
    trial.write("earlier.jsonl", '{"loss": 2}\n', append=True)
    assert trial.look() == {"loss": [1, 2]}
    trial.write("now.jsonl", '{"loss": 3}\n')
    trial.look()
    (trial.folder.output / "now.jsonl").unlink()
    assert trial.look(is_last=True) == {"loss": [1, 2, 3]}


def test_that_what_the_project_brought_is_not_of_this_trial(tmp_path: Path) -> None:
    sources = {"csv": "results.csv"}, {"json": "state.json"}, {"jsonl": "old/*.jsonl"}
    trial = Observed(tmp_path, *sources)
    earlier = table(["loss"], [{"loss": 1}, {"loss": 2}])
    files = {
        "results.csv": earlier,
        "state.json": json.dumps([{"acc": 1}]),
        "old/a.jsonl": '{"f1": 1}\n',
    }
    for name, content in files.items():
        trial.write(name, content)
        copy = trial.baseline / name
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(content)
    trial.write("results.csv", "3\n", append=True)
    trial.write("state.json", json.dumps([{"acc": 1}, {"acc": 2}]))
    assert trial.look() == {"loss": [3], "acc": [2]}
    assert trial.look(is_last=True) == {"loss": [3], "acc": [2]}


def test_that_several_sources_are_read_and_it_is_stored_what_each_has_had(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"csv": "a.csv"}, {"csv": "b/*.csv"})
    trial.write("a.csv", "epoch;loss\n1;2\n2;1\n")
    trial.write("b/c.csv", "\ufeffname\tf1\nx\t3\n")
    assert trial.look() == {"loss": [2, 1], "f1": [3]}
    found = json.loads((trial.folder.root / "metrics.json").read_text())["found"]
    assert found == {"csv: a.csv": {"loss": 2}, "csv: b/*.csv": {"f1": 1}}


def test_that_values_wait_for_a_spool_that_can_be_written(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"csv": "a.csv"})
    trial.write("a.csv", "loss\n1\n")
    os.mkfifo(trial.folder.spool / "points.jsonl")
    with pytest.raises(SpoolError):
        trial.collector.look()
    (trial.folder.spool / "points.jsonl").unlink()
    assert trial.look() == {"loss": [1]}


def test_that_a_look_ends_within_a_line_that_has_no_end(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"jsonl": "metrics.jsonl"})
    file = trial.write("metrics.jsonl", '{"loss": 1}\n')
    os.truncate(file, 2**40)
    trial.look()
    places = json.loads((trial.folder.root / "metrics-places.json").read_text())["state"]["places"]
    assert 2**20 < places[0]["metrics.jsonl"]["at"] < 2**40
    assert trial.values() == {"loss": [1]}


@pytest.mark.parametrize("length", [70_000, 3 * 2**20])
def test_that_the_end_of_a_line_that_is_too_long_is_no_row(tmp_path: Path, length: int) -> None:
    trial = Observed(tmp_path, {"csv": "table.csv"})
    trial.write("table.csv", "loss\n" + "1" * length)
    trial.look()
    trial.restart()
    trial.write("table.csv", "1\n2\n", append=True)
    assert trial.look(is_last=True) == {"loss": [2]}


def test_that_a_table_in_gb18030_is_read(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"csv": "table.csv", "rename": {"损失": "loss"}})
    trial.write("table.csv", "轮次,损失\n1,0.5\n".encode("gb18030"))
    assert trial.look() == {"轮次": [1], "loss": [0.5]}
