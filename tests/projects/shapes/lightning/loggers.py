"""Writes metrics as a table and as event files."""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path

COLUMNS = ("epoch", "step", "train_loss", "val_loss")
_POLYNOMIAL = 0x82F63B78  # CRC-32C, reflected


def next_version(root: str) -> Path:
    """A new folder ``version_N``."""
    found = [int(p.name.removeprefix("version_")) for p in Path(root).glob("version_*")]
    folder = Path(root) / f"version_{max(found, default=-1) + 1}"
    folder.mkdir(parents=True)
    return folder


class CSVLogger:
    """``metrics.csv``, with an empty field where a row has no value."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / "metrics.csv").open("w", buffering=1)
        self._file.write(",".join(COLUMNS) + "\n")

    def __enter__(self) -> CSVLogger:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def log(self, values: dict[str, float]) -> None:
        """Add a row."""
        self._file.write(",".join(str(values.get(name, "")) for name in COLUMNS) + "\n")


class TensorBoardLogger:
    """One event file with scalars."""

    def __init__(self, folder: Path) -> None:
        name = f"events.out.tfevents.{int(time.time())}.{os.uname().nodename}.{os.getpid()}.0"
        self._file = (folder / name).open("wb", buffering=0)
        self._write(_double(1, time.time()) + _bytes(3, b"brain.Event:2"))

    def __enter__(self) -> TensorBoardLogger:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def log(self, tag: str, value: float, step: int) -> None:
        """Add a scalar."""
        scalar = _bytes(1, tag.encode()) + bytes([2 << 3 | 5]) + struct.pack("<f", value)
        self._write(_double(1, time.time()) + bytes([2 << 3, step]) + _bytes(5, _bytes(1, scalar)))

    def _write(self, event: bytes) -> None:
        length = struct.pack("<Q", len(event))
        self._file.write(length + _masked_crc(length) + event + _masked_crc(event))


def _double(field: int, value: float) -> bytes:
    return bytes([field << 3 | 1]) + struct.pack("<d", value)


def _bytes(field: int, content: bytes) -> bytes:
    return bytes([field << 3 | 2, len(content)]) + content


def _masked_crc(content: bytes) -> bytes:
    crc = 0xFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (_POLYNOMIAL if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
