"""Scalars in TensorBoard's event files, as tensorboardX writes them and as TensorFlow 2 does."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboardX import SummaryWriter
from tensorboardX.proto.event_pb2 import Event
from tensorboardX.proto.summary_pb2 import Summary
from tensorboardX.proto.tensor_pb2 import TensorProto
from tensorboardX.record_writer import masked_crc32c

from support.observed import Observed

RUN = "runs/exp1"
EVENTS = f"{RUN}/events.out.tfevents.1700000000.host"


def record(event: Any) -> bytes:
    """An event as TensorBoard's writers frame it."""
    return framed(event.SerializeToString())


def framed(content: bytes, length: int | None = None) -> bytes:
    header = struct.pack("<Q", len(content) if length is None else length)
    return (
        header
        + struct.pack("<I", masked_crc32c(header))
        + content
        + struct.pack("<I", masked_crc32c(content))
    )


def scalar(tag: str, value: float, step: int = 0) -> bytes:
    return record(Event(step=step, summary=Summary(value=[Summary.Value(tag=tag, simple_value=value)])))


def tensor(tag: str, **content: Any) -> bytes:
    return record(Event(summary=Summary(value=[Summary.Value(tag=tag, tensor=TensorProto(**content))])))


@pytest.fixture
def trial(tmp_path: Path) -> Observed:
    return Observed(tmp_path, {"tensorboard": "runs", "rename": {"val/loss": "loss"}})


def test_that_scalars_are_read_and_images_histograms_and_texts_are_not(trial: Observed) -> None:
    writer = SummaryWriter(str(trial.folder.output / RUN))
    for step in range(3):
        writer.add_scalar("val/loss", 0.3 - step / 10, step)
        writer.add_histogram("weights", np.arange(1000), step)
        writer.add_text("note", "loss" * 50_000, step)
        writer.flush()
        trial.look()
    writer.add_scalar("val/loss", math.nan, 3)
    writer.close()
    found = trial.look(is_last=True)
    assert list(found) == ["loss"]
    assert found["loss"][:3] == [0.3, 0.2, 0.1]
    assert math.isnan(found["loss"][3])
    assert trial.notes() == {}


def test_that_a_record_counts_once_it_is_complete(trial: Observed) -> None:
    content = scalar("val/loss", 1.5) + scalar("val/loss", 2.5)
    for end in range(len(content) + 1):
        trial.write(EVENTS, content[:end])
        found = trial.look()
        assert found.get("loss", []) == [1.5, 2.5][: end // (len(content) // 2)]
        trial.restart()


def test_that_scalars_of_tensorflow_2_are_read(trial: Observed) -> None:
    float_, double, string, int64 = 1, 2, 7, 9
    written = [
        tensor("a", dtype=float_, tensor_content=struct.pack("<f", 0.1)),
        tensor("b", dtype=float_, float_val=[0.2]),
        tensor("c", dtype=double, double_val=[0.3]),
        tensor("d", dtype=int64, int64_val=[4]),
        tensor("text", dtype=string, string_val=[b"1.0"]),
        tensor("curve", dtype=float_, float_val=[1.0, 2.0]),
        tensor("_hparams_/session_start_info", dtype=float_),
    ]
    trial.write(EVENTS, b"".join(written))
    assert trial.look() == {"a": [0.1], "b": [0.2], "c": [0.3], "d": [4]}


def test_that_the_runs_of_keras_are_kept_apart(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"tensorboard": "logs", "rename": {"validation/epoch_loss": "loss"}})
    for run, value in (("train", 1.0), ("validation", 2.0)):
        trial.write(f"logs/{run}/events.out.tfevents.1.host", scalar("epoch_loss", value))
    assert trial.look() == {"train/epoch_loss": [1], "loss": [2]}


def test_that_damage_ends_a_file_with_a_note_at_the_end_only(trial: Observed) -> None:
    damaged = bytearray(scalar("val/loss", 2))
    damaged[14] ^= 1
    trial.write(EVENTS, scalar("val/loss", 1) + damaged + scalar("val/loss", 3))
    assert trial.look() == {"loss": [1]}
    assert trial.notes() == {}  # the bytes may still come, as on a network file system
    assert trial.look(is_last=True) == {"loss": [1]}
    assert EVENTS in trial.notes()["damaged_file"]


def test_that_event_files_of_the_project_are_not_of_this_trial(trial: Observed) -> None:
    trial.write(EVENTS, scalar("val/loss", 1))
    (trial.baseline / RUN).mkdir(parents=True)
    (trial.baseline / EVENTS).write_bytes(scalar("val/loss", 1))
    trial.write(f"{RUN}/events.out.tfevents.1800000000.host", scalar("val/loss", 2))
    assert trial.look(is_last=True) == {"loss": [2]}


@pytest.mark.parametrize(
    "content",
    [
        framed(b"x" * 100, 2**63),
        b"\0" * 5000,
        record(Event(summary=Summary(value=[Summary.Value(tag="\x1b]0;x", simple_value=1)]))),
        framed(b"\x2a\xff\xff"),
    ],
)
def test_that_any_bytes_leave_other_files_readable(trial: Observed, content: bytes) -> None:
    trial.write("runs/a/events.out.tfevents.1.host", content)
    trial.write("runs/b/events.out.tfevents.1.host", scalar("val/loss", 1))
    assert trial.look(is_last=True) == {"loss": [1]}
