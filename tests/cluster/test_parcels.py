"""Folders packed for another machine, and the spool that a node's listener writes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayescore.cluster import parcels
from bayescore.cluster.file_parts import log_part
from bayescore.cluster.messages import SyncOffsets
from bayescore.cluster.relay import Relayed, SpoolIntake
from bayescore.listener import Report, read_spool
from bayescore.trials.supervisor.bounded_log import BoundedLog

NAMES = st.text(min_size=1, max_size=8)
VALUES = st.floats(allow_nan=False)


def test_that_equal_files_have_one_digest_and_are_unpacked_unchanged(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "models" / "deep").mkdir(parents=True)
    (folder / "models" / "deep" / "模型.pt").write_bytes(os.urandom(5000))
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    sizes = [parcels.pack(folder, tmp_path / f"{n}.tar") for n in (1, 2)]
    assert sizes[0] == sizes[1]
    assert parcels.digest(tmp_path / "1.tar") == parcels.digest(tmp_path / "2.tar")
    content = (tmp_path / "1.tar").read_bytes()
    for offset in (0, 7000, 3000, 0):  # parts may arrive twice
        parcels.write_part(tmp_path / "sent.tar", offset, content[offset:])
    parcels.unpack(tmp_path / "sent.tar", tmp_path / "there")
    assert (tmp_path / "there/models/deep/模型.pt").read_bytes() == (
        folder / "models/deep/模型.pt"
    ).read_bytes()
    assert os.access(tmp_path / "there" / "run.sh", os.X_OK)


@pytest.mark.parametrize(("pattern", "names"), [("*", {"a.pt", "b.txt"}), ("*.pt", {"a.pt"}), ("*.x", set())])
def test_that_a_pattern_selects_the_packed_files(tmp_path: Path, pattern: str, names: set[str]) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("a.pt", "b.txt"):
        (folder / name).write_text(name)
    parcels.pack(folder, tmp_path / "x.tar", pattern)
    parcels.merge(tmp_path / "x.tar", tmp_path / "there")
    assert {path.name for path in (tmp_path / "there").iterdir()} == names
    assert parcels.pack(folder, tmp_path / "x.tar", "*", limit=5) == -1


def test_that_links_out_of_a_folder_are_not_unpacked(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "out").symlink_to("/etc")
    (folder / "up").symlink_to("../../secret")
    (folder / "in").symlink_to("file")
    (folder / "file").write_text("x")
    os.mkfifo(folder / "pipe")
    parcels.pack(folder, tmp_path / "x.tar")
    parcels.merge(tmp_path / "x.tar", tmp_path / "there")
    assert {path.name for path in (tmp_path / "there").iterdir()} == {"in", "file"}


@given(st.lists(st.lists(st.tuples(NAMES, VALUES), max_size=5), max_size=8))
def test_that_reports_are_read_from_a_spool_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[list[tuple[str, float]]]
) -> None:
    spool = tmp_path_factory.mktemp("spool") / "points.jsonl"
    intake, reporter = SpoolIntake(), Relayed("job-1", "token", spool)
    for body in bodies:
        intake.submit(reporter, Report(tuple(body))).result()
    found = read_spool(spool, 0).reports
    sent = [body for body in bodies if body]
    assert len(found) == len(sent)
    for report, body in zip(found, sent, strict=True):
        for name in {name for name, _ in body}:
            assert [v for n, v in report.values if n == name] == [v for n, v in body if n == name]


def test_that_a_spool_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    intake, reporter = SpoolIntake(), Relayed("job-1", "token", tmp_path / "gone" / "points.jsonl")
    with pytest.raises(Exception, match="cannot be written"):
        intake.submit(reporter, Report((("score", 1.0),))).result()
    assert intake.has_lost_reports(reporter)


@given(st.lists(st.integers(1, 60), max_size=40))
def test_that_a_rotated_log_is_copied_without_a_gap(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int]
) -> None:
    file = tmp_path_factory.mktemp("log") / "log.txt"
    log = BoundedLog(str(file), half=100, fresh=True)
    offsets, copied, written = SyncOffsets(0), b"", b""
    for index, length in enumerate(lengths):
        line = bytes([65 + index % 26]) * length
        log.write(line)
        written += line
        while True:
            part, number, offset = log_part(file, offsets)
            if not part:
                break
            copied += part
            offsets = SyncOffsets(0, offset, number)
    assert copied == written
