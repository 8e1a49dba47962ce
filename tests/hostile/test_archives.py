"""Forged and truncated archives."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bayescore.files.archive import ArchiveError, unpack


def a_tar(file: Path, *members: tarfile.TarInfo) -> Path:
    with tarfile.open(file, "w") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    return file


def test_that_a_forged_length_does_not_exhaust_the_memory(tmp_path: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 2**36
    with (tmp_path / "b.tar").open("wb") as file:
        file.write(header.tobuf(tarfile.GNU_FORMAT))
        file.truncate(2**36 + 4096)
    (tmp_path / "target").mkdir()
    with pytest.raises(ArchiveError, match="too long"):
        unpack(tmp_path / "b.tar", tmp_path / "target")


@pytest.mark.parametrize(
    "name", ["/x", "../x", "a/../x", "a//x", "./x", "a/./x", "x\0y", "n" * 256, "/".join(["a"] * 9000)]
)
def test_that_a_member_name_that_is_not_a_plain_relative_path_is_refused(tmp_path: Path, name: str) -> None:
    member = tarfile.TarInfo("placeholder")
    member.name = name
    (tmp_path / "target").mkdir()
    try:
        found = unpack(a_tar(tmp_path / "b.tar", member), tmp_path / "target")
    except ArchiveError:
        return
    assert found.files == 0 or "\0" in name  # names in a header end at a zero byte
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("kind", ["sparse beyond the end", "cut short", "no end"])
def test_that_a_damaged_archive_is_reported(tmp_path: Path, kind: str) -> None:
    file, target = tmp_path / "b.tar", tmp_path / "target"
    target.mkdir()
    member = tarfile.TarInfo("x")
    member.size = 5000
    changes: dict[str, Callable[[bytes], bytes]] = {
        "sparse beyond the end": lambda raw: raw,
        "cut short": lambda raw: raw[:2000],
        "no end": lambda raw: raw[:512] + bytes(range(256)) * 2,
    }
    if kind.startswith("sparse"):
        table = b"1\n0\n999999\n".ljust(512, b"\0")
        member.pax_headers = {
            "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "x", "GNU.sparse.realsize": "10",
        }  # fmt: skip
        member.size = len(table)
        file.write_bytes(member.tobuf(tarfile.PAX_FORMAT) + table + bytes(1024))
    else:
        a_tar(file, member)
        file.write_bytes(changes[kind](file.read_bytes()))
    with pytest.raises(ArchiveError):
        unpack(file, target)
