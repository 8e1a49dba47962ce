"""A short selection of hostile inputs, and properties that hold for any names and files."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bayescore.app.options import Options
from bayescore.app.prepare import prepare
from bayescore.cli.output import printable
from bayescore.errors import ConfigError
from bayescore.listener import read_spool
from bayescore.results import trials_csv
from bayescore.store import DataFolder, Trial, jobs, trials
from bayescore.trials.docker_engine import connect
from hostile import commands, files, http
from support.builders import a_submission
from support.docker_engine import IMAGE
from support.programs import wait_for
from support.workspace import Workspace, wait_until

ODD_NAMES = [
    b"-rf", b" ", b"...", b"a\nb", b"\xff\xfe", "名\u202egnp.py".encode(), b"'\"$(touch x)`", b"%s{0}", b"x" * 250,
    b"\x1b[2J", b"con.tar.gz;rm",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(25))
def test_that_any_file_is_read_or_reported(seed: int) -> None:
    files.check(random.Random(seed))


@pytest.fixture
def attacked(tmp_path: Path) -> Iterator[http.AttackedListener]:
    made = http.AttackedListener.at(tmp_path)
    yield made
    made.close()


def test_that_the_listener_survives_any_request(attacked: http.AttackedListener) -> None:
    for seed in range(400):
        attacked.check(random.Random(seed))


def test_that_a_thousand_silent_connections_block_no_report(attacked: http.AttackedListener) -> None:
    silent = http.open_silent_connections(attacked.listener.port, 1000)
    try:
        attacked.answers()
        left = [one for one in silent if not _is_hung_up(one)]
        assert 200 < len(left) < 400  # the newest: the number of open files is limited
        assert silent[0] not in left
    finally:
        for one in silent:
            one.close()


def _is_hung_up(one: socket.socket) -> bool:
    one.setblocking(False)
    try:
        return one.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def test_that_malformed_commands_end_with_a_message(workspace: Workspace) -> None:
    workspace.write()
    for seed in range(8):
        commands.check(random.Random(seed), workspace)


def test_that_a_large_file_is_refused_by_its_size(tmp_path: Path) -> None:
    (tmp_path / "openbayes.yaml").write_bytes(b"a: 1\n" * 2_000_000)
    with pytest.raises(ConfigError, match="KiB"):
        prepare(tmp_path, Options())


def test_that_unusual_names_in_a_project_and_its_output_are_preserved(workspace: Workspace) -> None:
    program = """
import os, pathlib, socket
from openbayestool import log_metric
for name in os.listdir(b"."):
    if name.startswith(b"odd-"):
        open(b"made-" + name, "wb").close()
os.mkfifo("pipe"); os.symlink("/etc/passwd", "link"); os.symlink("loop", "loop"); os.symlink("..", "up")
socket.socket(socket.AF_UNIX).bind("socket")
log_metric("score", len([n for n in os.listdir(b".") if n.startswith(b"made-")]))
log_metric("\\x1b[2J<b>", 1)
"""
    workspace.write(program, max_job_count=1)
    for name in ODD_NAMES:
        (Path(os.fsdecode(os.fsencode(workspace.project) + b"/odd-" + name[:240]))).write_bytes(b"")
    (workspace.project / "outside").symlink_to("/etc")
    job = workspace.tune()
    assert job["state"] == "succeeded", job["reason"]
    assert job["best"]["value"] == len(ODD_NAMES)
    backup = workspace.run("backup", str(workspace.root / "b.tar"), "--outputs")
    assert (backup.code, backup.err) == (0, "")


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "device"])
def test_that_a_spool_that_is_not_a_regular_file_of_the_trial_is_not_read(tmp_path: Path, kind: str) -> None:
    spool, outside = tmp_path / "points.jsonl", tmp_path / "outside"
    outside.write_text('{"metrics": {"score": 1}}\n')
    if kind == "link":
        spool.symlink_to(outside)
    elif kind == "pipe":
        os.mkfifo(spool)
    elif kind == "folder":
        spool.mkdir()
    else:
        spool.symlink_to("/dev/zero")
    assert read_spool(spool, 0).reports == ()


def test_that_an_export_contains_no_formulas(workspace: Workspace) -> None:
    with workspace.database().write() as connection:
        job = jobs.add(connection, a_submission())
        made = trials.add(connection, job.id, 1, {"x": "=cmd|' /C calc'!A0"}, "search")
        trials.annotate(connection, job.id, 1, "@SUM(1)")
        made = trials.get(connection, made.id)
    (line,) = trials_csv(job, [made], {made.id: {"=HYPERLINK(1)": [-1.5]}}).splitlines()[1:]
    assert "'=cmd" in line
    assert ",-1.5," in line
    assert line.endswith("'@SUM(1)")
    assert ",'=HYPERLINK(1)," in trials_csv(job, [made], {made.id: {"=HYPERLINK(1)": [-1.5]}})


def test_that_markup_in_a_name_is_shown_literally() -> None:
    from bayesdesk.ui.plain import as_text

    assert as_text("<b>bold</b>\nx") == "<span>&lt;b&gt;bold&lt;/b&gt;<br>x</span>"
    assert as_text("loss < 3 & rising") == "loss < 3 & rising"


def test_that_control_codes_are_made_visible() -> None:
    assert printable("\x1b]0;title\x07\x9b2J\tname") == "␛]0;title␇�2J\tname"


def test_that_no_token_or_secret_is_in_a_command_line_or_a_readable_file(
    workspace: Workspace, tmp_path: Path
) -> None:
    ready, go = tmp_path / "ready", tmp_path / "go"
    program = f"""
import os, pathlib
pathlib.Path({str(ready)!r}).write_text(os.environ["OPENBAYES_TOKEN"])
{wait_for(go)}"""
    secret = {"parameters": {"KEY": {"is_secret": True, "source": "env", "env": "MY_KEY"}}}
    workspace.write(program, max_job_count=1, root=secret)
    job = workspace.begin(env={"MY_KEY": "very-secret-7"})
    wait_until(lambda: ready.exists() and ready.read_text(), "the program has not begun")
    token = ready.read_text()
    lines = subprocess.run(["ps", "-eo", "args", "ww"], capture_output=True, text=True).stdout
    if "bayescore" in lines:
        assert token not in lines
        assert "very-secret-7" not in lines
    for path in workspace.data.root.rglob("*"):
        if path.is_file() and not path.is_symlink():
            assert b"very-secret-7" not in path.read_bytes(), path
            if token.encode() in path.read_bytes():
                assert path.stat().st_mode & 0o077 == 0, path
    go.touch()
    workspace.wait_ended(job)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
def test_that_another_user_of_the_machine_reads_nothing(workspace: Workspace) -> None:
    workspace.write(max_job_count=1)
    job = str(workspace.tune()["id"])
    for folder in (workspace.root, *workspace.root.parents):  # the parent folders are accessible
        folder.chmod(folder.stat().st_mode | 0o055)
    look = "import os,sys\nos.setuid(65534)\nfor p in sys.argv[1:]:\n  try: open(p).read(); print(p)\n  except OSError: pass"
    log = workspace.data.trial(job, 1) / "log.txt"
    data = DataFolder(workspace.data.root)
    paths = [str(p) for p in (data.database, log, data.snapshot(job) / "main.py")]
    seen = subprocess.run([sys.executable, "-S", "-c", look, *paths], capture_output=True, text=True)
    assert (seen.returncode, seen.stdout) == (0, ""), seen


@pytest.mark.docker
def test_that_a_container_gets_only_what_the_job_requests(containers: Workspace, endpoint: str) -> None:
    program = """
import time, pathlib, openbayestool
openbayestool.log_metric("score", 1)
while not pathlib.Path("stop").exists(): time.sleep(0.05)
"""
    containers.write(program, max_job_count=1, local={"runner": "docker", "image": IMAGE})
    job = containers.begin()
    (trial,) = containers.wait_running(job, 1)
    assert isinstance(trial, Trial)
    client = connect(endpoint)
    found = client.api.inspect_container(str(trial.handle))
    host = found["HostConfig"]
    assert host["Privileged"] is False
    assert {host[k] for k in ("PidMode", "IpcMode", "NetworkMode", "UsernsMode", "UTSMode")} <= {
        "", "private", "default", "bayesdesk", "shareable",
    }  # fmt: skip
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["CapDrop"] == ["ALL"]
    assert (host["NetworkMode"], host["PidsLimit"]) == ("bayesdesk", 4096)
    assert not host["Devices"]
    places = [m["Source"] for m in found["Mounts"]]
    assert not [p for p in places if p.endswith(".sock") or p == "/"]
    own = (str(containers.data.root), "/")
    assert all(p.startswith(own[0]) or "client" in p for p in places), places
    client.close()
    (containers.data.trial(job, 1) / "output" / "stop").touch()
    assert containers.wait_ended(job)["state"] == "succeeded"


def test_that_no_port_is_open_to_the_network(attacked: http.AttackedListener) -> None:
    addresses = {a.rpartition(":")[0] for a in attacked.listener.addresses}
    for _family, _type, _proto, _name, (host, *_rest) in socket.getaddrinfo(socket.gethostname(), None):
        if host not in addresses and not host.startswith("127.") and ":" not in str(host):
            with pytest.raises((ConnectionRefusedError, TimeoutError)):
                socket.create_connection((str(host), attacked.listener.port), timeout=2)
