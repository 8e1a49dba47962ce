"""Metrics in the log of a trial."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from bayescore.trials.supervisor.bounded_log import BoundedLog
from support.observed import Observed

LOSS = {"log": r"epoch (?P<step>\d+).* val_loss[=: ]+(?P<loss>[-+.\deE]+)"}
PLAIN = {"log": r"loss=(?P<loss>\S+)"}


@pytest.fixture
def trial(tmp_path: Path) -> Observed:
    return Observed(tmp_path, LOSS)


def test_that_a_line_counts_once_it_is_complete(trial: Observed) -> None:
    trial.print("epoch 1: val_loss=0.5\nepoch 2: val_loss: 0.")
    assert trial.look() == {"loss": [0.5]}
    trial.print("25\nepoch 3: nothing\n")
    assert trial.look() == trial.look() == {"loss": [0.5, 0.25]}


def test_that_the_last_line_of_a_program_that_has_ended_counts_without_an_end(trial: Observed) -> None:
    trial.print("epoch 1: val_loss=0.5")
    assert trial.look() == {}
    assert trial.look(is_last=True) == {"loss": [0.5]}


def test_that_a_progress_bar_counts_while_it_is_drawn_and_its_last_state_once(tmp_path: Path) -> None:
    trial = Observed(tmp_path, PLAIN)
    trial.print("\r 10% loss=3\r 20% loss=2\r 20% loss=2\r 30% lo")
    assert trial.look() == {"loss": [3, 2]}
    trial.print("ss=1\r100% loss=1\r\nloss=1\r\nloss=1\r\n")
    assert trial.look() == {"loss": [3, 2, 1, 1, 1]}


def test_that_a_step_that_is_printed_again_with_the_same_value_counts_once(trial: Observed) -> None:
    trial.print("epoch 1 val_loss=1\nsaved\nepoch 1 val_loss=1\nepoch 2 val_loss=1\n")
    assert trial.look() == {"loss": [1, 1]}


def test_that_steps_that_begin_again_count(trial: Observed) -> None:
    trial.print(
        "".join(f"epoch {step} val_loss={value}\n" for step, value in [(1, 4), (2, 3), (1, 2), (2, 1)])
    )
    assert trial.look() == {"loss": [4, 3, 2, 1]}


def test_that_nan_and_infinity_are_values(tmp_path: Path) -> None:
    trial = Observed(tmp_path, PLAIN)
    trial.print("loss=nan\nloss=-inf\n")
    found = trial.look()["loss"]
    assert math.isnan(found[0])
    assert found[1] == -math.inf


def test_that_colours_do_not_hide_a_value_and_other_languages_are_found(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"log": r"损失[：:]\s*(?P<loss>[\d.]+)"})
    trial.print("\x1b[1m损失：\x1b[32m 0.5\x1b[0m\n".encode() + b"\xff\xfe broken\n")
    assert trial.look() == {"loss": [0.5]}


def test_that_groups_are_renamed(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {**PLAIN, "rename": {"loss": "val/loss"}})
    trial.print("loss=1\n")
    assert trial.look() == {"val/loss": [1]}


def test_that_text_that_is_no_number_is_noted(tmp_path: Path) -> None:
    trial = Observed(tmp_path, PLAIN)
    trial.print("loss=n/a\nloss=1\n")
    assert trial.look() == {"loss": [1]}
    assert "n/a" in trial.notes()["not_a_number"]


def test_that_a_source_without_a_value_is_noted_at_the_end(trial: Observed) -> None:
    trial.print("loss is low\n")
    trial.look()
    assert trial.notes() == {}
    trial.look(is_last=True)
    assert LOSS["log"] in trial.notes()["nothing_found"]


def test_that_a_log_that_is_rotated_is_read_across_both_files(tmp_path: Path) -> None:
    trial = Observed(tmp_path, PLAIN)
    log = BoundedLog(str(trial.folder.log), half=1000)
    expected = []
    for i in range(400):
        line = f"step {i} loss={i}\n".encode()
        log.write(line[:9])  # a rotation may come within a line
        log.write(line[9:])
        expected.append(i)
        if i % 20 == 0:
            trial.look()
    log.close()
    assert trial.look() == {"loss": expected}


def test_that_a_new_engine_reads_on_where_the_last_one_stopped(trial: Observed) -> None:
    for step in range(6):
        trial.print(f"epoch {step} val_loss={step}\nepoch {step + 1} val_l")
        trial.look()
        trial.restart()
        trial.look()
        trial.print("ater\n")
    assert trial.look() == {"loss": [0, 1, 2, 3, 4, 5]}


def test_that_values_count_once_if_the_engine_ends_between_the_value_and_its_place(
    trial: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial.print("epoch 1 val_loss=1\n")
    trial.look()
    trial.print("epoch 2 val_loss=2\n")
    places = trial.folder.root / "metrics-places.json"
    before = places.read_bytes()
    trial.look()
    places.write_bytes(before)
    trial.restart()
    trial.print("epoch 3 val_loss=3\n")
    assert trial.look() == {"loss": [1, 2, 3]}


def test_that_values_are_read_again_if_the_engine_ended_while_it_wrote_them(trial: Observed) -> None:
    trial.print("epoch 1 val_loss=1\n")
    trial.look()
    spool = trial.folder.spool / "points.jsonl"
    whole = spool.read_bytes()
    (trial.folder.root / "metrics-places.json").unlink()
    spool.write_bytes(whole[:-20])
    trial.restart()
    trial.collector.look()
    assert spool.read_bytes().count(b'"loss"') == 2
    spool.write_bytes(spool.read_bytes()[len(whole) - 20 :])  # what was written whole
    assert trial.values() == {"loss": [1]}


def test_that_the_log_of_a_container_that_is_written_anew_is_not_read_twice(tmp_path: Path) -> None:
    trial = Observed(tmp_path, PLAIN)
    lines = [f"loss={value}\n" for value in [1, 1, 1, 2, 1, 1]]
    trial.print("".join(lines))
    trial.look()
    trial.restart()
    os.truncate(trial.folder.log, 0)
    for line in [*lines, "loss=7\n"]:
        trial.print(line)
        trial.look()
    assert trial.look() == {"loss": [1, 1, 1, 2, 1, 1, 7]}


def test_that_a_log_written_anew_without_its_beginning_is_read_on_at_the_end(tmp_path: Path) -> None:
    trial = Observed(tmp_path, PLAIN)
    lines = [f"step {i} loss={i}\n" for i in range(100)]
    trial.print("".join(lines[:90]))
    trial.look()
    trial.folder.log.write_text("".join(lines[50:]))
    assert trial.look(is_last=True) == {"loss": list(range(100))}


def test_that_chinese_words_are_found_in_either_encoding(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"log": r"损失：(?P<loss>\S+)"})
    trial.print("第一轮 损失：2\n")
    trial.print("第二轮 损失：1\n".encode("gb18030"))
    assert trial.look() == {"loss": [2, 1]}
