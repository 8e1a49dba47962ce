"""Writes and reads a job with a million points."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bayescore.store import Database, DataFolder, NewPoints, points
from bayescore.store.points import PointWriter
from bench.figure import Figure

_POINTS = 1_000_000
_BATCH = 1000


def measure() -> Iterator[Figure]:
    """Seconds for all points, and for the last hundred."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(DataFolder(Path(folder))).open()
        writer = PointWriter()
        began = time.monotonic()
        for start in range(0, _POINTS, _BATCH):
            batch = (NewPoints(1, i % 50, 1, (("score", float(i)),)) for i in range(start, start + _BATCH))
            with database.write() as connection:
                writer.append(connection, batch)
        written = time.monotonic() - began
        with database.read() as connection:
            began = time.monotonic()
            count = sum(1 for _ in points.every(connection, 1))
            all_points = time.monotonic() - began
            began = time.monotonic()
            last = points.since(connection, 1, _POINTS - 100)
            latest = time.monotonic() - began
        database.close()
    assert (count, len(last)) == (_POINTS, 100)
    yield Figure("append 1,000,000 points, 1,000 at a time", written, "s")
    yield Figure("read a job of 1,000,000 points", all_points, "s")
    yield Figure("read the last 100 points from a cursor", latest * 1e3, "ms")
