"""A second start finds the window of its own account, and nobody else's."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bayescore.store import DataFolder, runtime_folders
from bayesdesk.single_instance import JOB, SingleInstance
from support.accounts import needs_accounts, shared_memory, start_as_nobody
from support.window import WAIT_MS

SQUAT = """
os.mkdir(sys.argv[1], 0o777); os.mkdir(sys.argv[1] + "/" + sys.argv[2], 0o777)
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1] + "/" + sys.argv[2] + "/window")
server.listen()
print("ready", flush=True)
said = server.accept()[0].recv(100)
"""


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Iterator[DataFolder]:
    with TemporaryDirectory(prefix="bd") as short:  # paths of sockets have room for 107 bytes
        shared_memory(Path(short), monkeypatch)
        folder = DataFolder(Path(short) / "home")
        folder.prepare()
        yield folder


def socket_of(data: DataFolder) -> Path:
    (found,) = [
        p / "window" for p in runtime_folders.runtime_folders(data, make=False) if (p / "window").exists()
    ]
    return found


def test_that_a_second_start_finds_the_first_and_says_what_to_open(qapp, qtbot, data: DataFolder) -> None:
    first, second = SingleInstance(data), SingleInstance(data)
    heard: list[str] = []
    first.opened.connect(heard.append)
    assert not second.is_second("")
    assert first.listen()
    assert stat.S_IMODE(socket_of(data).stat().st_mode) & 0o077 == 0
    wanted = ["", "/data/\u6570\u636e\n/openbayes.yaml", os.fsdecode(b"/data/\xff"), f"{JOB}last"]
    for each in wanted:
        assert second.is_second(each)
    qtbot.waitUntil(lambda: len(heard) == len(wanted), timeout=WAIT_MS)
    assert heard == wanted
    first._server.close()
    assert not second.is_second("")


def test_that_a_window_opens_nothing_but_paths_and_jobs(qapp, qtbot, data: DataFolder) -> None:
    first = SingleInstance(data)
    heard: list[str] = []
    first.opened.connect(heard.append)
    first.listen()
    for said in (b"relative\0", b"/never/ends", b"/" + b"x" * 2**20 + b"\0", b"http://x\0", b"\xff\0", b""):
        with socket.socket(socket.AF_UNIX) as visitor:
            visitor.connect(str(socket_of(data)))
            visitor.setblocking(False)
            visitor.send(said)
    assert SingleInstance(data).is_second("/the/end")
    qtbot.waitUntil(lambda: bool(heard), timeout=WAIT_MS)
    assert heard == ["/the/end"]


@needs_accounts
def test_that_another_accounts_socket_keeps_no_window_from_opening(qapp, data: DataFolder) -> None:
    place = next(runtime_folders.runtime_folders(data, make=True))
    place.rmdir()
    place.parent.rmdir()
    squatter = start_as_nobody(SQUAT, place.parent, place.name)
    try:
        assert squatter.stdout is not None
        assert squatter.stdout.readline() == "ready\n", squatter.communicate()
        instance = SingleInstance(data)
        assert not instance.is_second("/secret/name")
        assert instance.listen()
        assert SingleInstance(data).is_second("")
        assert squatter.poll() is None, "it was spoken to"
    finally:
        squatter.kill()
        squatter.communicate()


def test_that_a_long_path_of_the_data_folder_does_not_keep_a_window_from_opening(
    qapp, tmp_path: Path, data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime_folders, "MEMORY", tmp_path / "nothing")
    deep = DataFolder(tmp_path / ("d" * 200))
    deep.prepare()
    instance = SingleInstance(deep)
    assert not instance.is_second("")
    assert not instance.listen()
