"""Scalars in TensorBoard's event files.

The format is read here, as no library that is kept up to date reads it alone: ``tensorboard`` brings gRPC
and a web server, and ``tensorboardX`` only writes. A file is a TFRecord file: the length of an ``Event``, its
checksum, the ``Event``, its checksum (``tensorflow/core/lib/io/record_writer.h``). Of an ``Event`` a few
fields of Protocol Buffers are needed (``event.proto`` and ``summary.proto`` of TensorFlow).
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterator
from typing import BinaryIO

from bayescore.i18n import text
from bayescore.metrics.growing import number_of, read_at
from bayescore.metrics.part import MAX_VALUES, Naming, Part, Place, Values, Warn, is_name

_PART_BYTES = 2**20
_MAX_RECORDS = 10_000  # of a part: a tenth of a second
_MAX_EVENT = 64 * 2**10  # a summary with a thousand scalars; larger ones have images, histograms or graphs
_HEADER, _FOOTER = 12, 4
_SUMMARY, _VALUE, _TAG, _SIMPLE, _TENSOR = 5, 1, 1, 2, 8
_KERAS_RUNS = frozenset({"train", "validation"})  # folders of one run, which have the same tags
# Fields of a tensor that can have one number, and its format; 4 has the bytes of a number of any type.
_NUMBERS = {5: "<f", 6: "<d"}
_INTEGERS = (7, 10)
_TYPES = {1: "<f", 2: "<d", 3: "<i", 9: "<q"}  # of the bytes: float, double, int32, int64

Field = tuple[int, int, int | bytes]  # number, wire type, value


class DamagedError(ValueError):
    """Bytes that are no event."""


class EventFileReader:
    """Reads the scalars of event files; images, histograms and texts are stepped over without being read."""

    def __init__(self, naming: Naming, warn: Warn) -> None:
        self._naming = naming
        self._warn = warn

    def read(self, opened: BinaryIO, place: Place, shown: str, *, is_last: bool) -> Part:
        """Values of the events that are complete; one that is half written, or damaged, is waited for."""
        size = os.fstat(opened.fileno()).st_size
        begin = at = place.number("at") if place.number("at") <= size else 0
        run = shown.rpartition("/")[0]
        values: Values = []
        for _ in range(_MAX_RECORDS):
            header = read_at(opened, at, _HEADER)
            if len(header) < _HEADER:
                break
            length = int.from_bytes(header[:8], "little")
            if masked_crc(header[:8]) != int.from_bytes(header[8:], "little"):
                self._damaged(shown, at, is_last=is_last)
                break
            end = at + _HEADER + length + _FOOTER
            if end > size:
                break
            if length <= _MAX_EVENT:
                record = read_at(opened, at + _HEADER, length + _FOOTER)
                if masked_crc(record[:-_FOOTER]) != int.from_bytes(record[-_FOOTER:], "little"):
                    self._damaged(shown, at, is_last=is_last)
                    break
                values += self._values(record[:-_FOOTER], run)
            at = end
            if len(values) >= MAX_VALUES or at - begin >= _PART_BYTES:
                break
        return Part(values, Place({"file": number_of(opened), "at": at}), is_last=at == begin)

    def _damaged(self, shown: str, at: int, *, is_last: bool) -> None:
        """Report damage; while the program runs, a network file system may show a record before its bytes."""
        if is_last:
            message = text(
                "The event file {file} is damaged at byte {at}; the rest is not read.", file=shown, at=at
            )
            self._warn("damaged_file", message)

    def _values(self, event: bytes, run: str) -> Values:
        values: Values = []
        try:
            for tag, value in _scalars(event):
                qualified = f"{run}/{tag}" if run else tag
                below = run.rpartition("/")[2]
                of_keras = f"{below}/{tag}" if below in _KERAS_RUNS else tag
                name = self._naming.name(of_keras, qualified, tag)
                if name is not None and is_name(tag):
                    values.append((name, value))
        except (DamagedError, UnicodeDecodeError):
            return []  # its checksum is right: it has another layout
        return values


def _scalars(event: bytes) -> Iterator[tuple[str, float]]:
    """Tags and values of an event's scalars."""
    for number, _kind, summary in _fields(event):
        if number != _SUMMARY or not isinstance(summary, bytes):
            continue
        for field, _kind, value in _fields(summary):
            if field == _VALUE and isinstance(value, bytes):
                tag, scalar = _scalar(value)
                if scalar is not None and not tag.startswith("_hparams_/"):
                    yield tag, scalar


def _scalar(value: bytes) -> tuple[str, float | None]:
    tag, scalar = "", None
    for number, kind, content in _fields(value):
        if number == _TAG and isinstance(content, bytes):
            tag = content.decode("utf-8")
        elif number == _SIMPLE and kind == 5 and isinstance(content, bytes):
            scalar = _unpacked("<f", content)
        elif number == _TENSOR and isinstance(content, bytes):
            scalar = _number_of_tensor(content)
    return tag, scalar


def _number_of_tensor(tensor: bytes) -> float | None:
    """The number of a tensor that has exactly one, as TensorFlow 2 writes scalars."""
    type_, numbers = 0, []
    for number, kind, content in _fields(tensor):
        if number == 1 and isinstance(content, int):
            type_ = content
        elif number in _INTEGERS:
            return _integer(content)
        elif isinstance(content, bytes) and kind in (2, 5, 1):
            layout = _TYPES.get(type_) if number == 4 else _NUMBERS.get(number)
            if layout is not None:
                numbers.append((layout, content))
    if len(numbers) != 1 or len(numbers[0][1]) != struct.calcsize(numbers[0][0]):
        return None
    return _unpacked(*numbers[0])


def _integer(content: int | bytes) -> float | None:
    """An integer of up to 64 bits with a sign, alone or as a list that has one."""
    end = 0
    if isinstance(content, bytes):
        packed = content
        content, end = _varint(packed, 0)
        if end != len(packed):
            return None
    return float(content - 2**64 if content >= 2**63 else content)


def _unpacked(layout: str, content: bytes) -> float:
    """A number; one of four bytes with the fewest digits that mean it, as the program has written it."""
    number = float(struct.unpack(layout, content)[0])
    if layout == "<f" and math.isfinite(number):
        shorter = (float(f"{number:.{digits}g}") for digits in (6, 7, 8))
        return next((each for each in shorter if _packs_to(content, each)), number)
    return number


def _packs_to(content: bytes, number: float) -> bool:
    try:
        return struct.pack("<f", number) == content
    except OverflowError:
        return False


def _fields(message: bytes) -> Iterator[Field]:
    """Fields of a message of Protocol Buffers: numbers as they are, the others as bytes."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(message, at)
            yield number, kind, value
            continue
        if kind == 2:
            size, at = _varint(message, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise DamagedError
        if at + size > len(message):
            raise DamagedError
        yield number, kind, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 64, 7):
        if at >= len(message):
            break
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise DamagedError


def _table() -> tuple[int, ...]:
    """The table of CRC-32C (Castagnoli), byte by byte."""
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return tuple(table)


_CRC = _table()


def masked_crc(content: bytes) -> int:
    """The checksum of a record: CRC-32C, rotated and with a constant added."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc = _CRC[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
