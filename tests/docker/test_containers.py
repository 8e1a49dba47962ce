"""What a trial finds in its container, and how the container's end is recorded."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import docker
import pytest

from bayescore.trials import Content, Launch, TrialFolder, trial_folder
from bayescore.trials.runners import DockerRunner, Exit
from support.docker_engine import IMAGE
from support.workspace import REPORT_X, Workspace, wait_until

pytestmark = pytest.mark.docker
LOCAL = {"runner": "docker", "image": IMAGE}
WRITE_WHAT_IT_SEES = """
import json, os, pathlib, sys
from openbayestool import log_metric
log_metric("score", 1)
def writable(path):
    try:
        pathlib.Path(path, "probe").write_text("x")
        return True
    except OSError:
        return False
json.dump({
    "cwd": os.getcwd(), "uid": os.getuid(), "gid": os.getgid(), "argv": sys.argv[1:],
    "home_writable": writable(os.environ["HOME"]),
    "same": os.path.samefile("/output", "/openbayes/home"),
    "inputs": [pathlib.Path(p, "data.txt").read_text() for p in
               ("/input0", "/openbayes/input/input0", "/openbayes/inputs/input0")],
    "input0_writable": writable("/input0"), "input1_writable": writable("/input1"),
    "env": {k: v for k, v in os.environ.items()},
    "shm": os.statvfs("/dev/shm").f_blocks * os.statvfs("/dev/shm").f_frsize,
}, open("seen.json", "w"))
"""
WAIT = """
import signal, sys, time
from openbayestool import log_metric
log_metric("score", 1)
def save(*_):
    time.sleep(0.5)
    with open("stopped.txt", "w") as file:
        file.write("asked")
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
open("ready.txt", "w").close()
while True:
    time.sleep(0.02)
"""


@pytest.fixture
def client(endpoint: str):
    made = docker.DockerClient(base_url=endpoint)
    yield made
    made.close()


def output(workspace: Workspace, job: str, number: int = 1) -> Path:
    return workspace.data.trial(job, number) / "output"


def wait_ready(workspace: Workspace, job: str) -> None:
    """Return when the program says that it handles signals."""
    ready = output(workspace, job) / "ready.txt"
    wait_until(ready.exists, "it is not ready")


def container(client: docker.DockerClient, job: str, number: int = 1):
    filters = {"label": [f"bayesdesk.job={job}", f"bayesdesk.trial={number}"]}
    found = client.containers.list(all=True, filters=filters)
    assert len(found) == 1
    return found[0]


def test_that_a_trial_finds_its_folders_inputs_and_identity(containers: Workspace, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "data.txt").write_text(f"数据 {name}", encoding="utf-8")
    containers.write(
        WRITE_WHAT_IT_SEES,
        max_job_count=1,
        local={**LOCAL, "shm_size": "128m", "environment": {"GREETING": "你好 $HOME"}},
        root={"bindings": [f"{tmp_path / 'a'}:/input0", f"{tmp_path / 'b'}:/input1:rw"]},
    )
    job = containers.tune()
    assert job["state"] == "succeeded", job["reason"]
    seen = json.loads((output(containers, job["id"]) / "seen.json").read_text())
    assert (seen["cwd"], seen["same"]) == ("/output", True)
    assert (seen["uid"], seen["gid"]) == (os.getuid(), os.getgid())
    assert seen["inputs"] == ["数据 a"] * 3
    assert (seen["input0_writable"], seen["input1_writable"], seen["home_writable"]) == (False, True, True)
    assert (tmp_path / "b" / "probe").read_text() == "x"
    assert seen["shm"] == 128 * 2**20
    environment = seen["env"]
    assert environment["GREETING"] == "你好 $HOME"
    assert environment["USER"] == environment["LOGNAME"] != ""
    assert environment["OPENBAYES_JOB_URL"] == environment["JOB_UPDATE_URL"]
    assert environment["OPENBAYES_TOKEN"] == environment["JOB_ACCESS_TOKEN"]
    assert "CUDA_VISIBLE_DEVICES" not in environment


def test_that_hostile_values_arrive_byte_for_byte_by_command_line_and_file(containers: Workspace) -> None:
    hostile = ["C'\"$(x)`y`\\", "two\nlines", "学习 率", "-leading", "*", "", "a b\t;&|"]
    containers.write(
        "import json, sys\njson.dump({'argv': sys.argv[1:]}, open('seen.json', 'w'))\n"
        "import openbayestool\nopenbayestool.log_metric('score', 1)\n",
        specs=[{"name": "v", "type": "CATEGORICAL", "categorical_values": hostile}],
        algorithm="Grid",
        max_job_count=len(hostile),
        local=LOCAL,
        root={"parameters": {"lr": 1e-05, "n": 29, "flag": True}},
    )
    job = containers.tune()
    assert [t["parameters"]["v"] for t in job["trials"]] == hostile
    for trial in job["trials"]:
        folder = output(containers, job["id"], trial["number"])
        seen = json.loads((folder / "seen.json").read_text())
        value = trial["parameters"]["v"]
        assert seen["argv"] == ["--lr=1e-05", "--n=29", "--flag=true", f"--v={value}"]
        in_file = json.loads((folder / "openbayes_params.json").read_text(encoding="utf-8"))
        assert in_file == {"lr": 1e-05, "n": 29, "flag": True, "v": value}


def test_that_running_out_of_memory_is_distinguished_from_a_failure(containers: Workspace) -> None:
    program = REPORT_X + "blocks = []\nwhile True:\n    blocks.append(bytearray(2**24))\n"
    containers.write(program, max_job_count=1, local={**LOCAL, "memory": "64m"})
    trial = containers.tune()["trials"][0]
    assert trial["state"] == "failed"
    assert trial["reason"] == "It ran out of memory."
    assert len(trial["metrics"]["score"]) == 1


def test_that_an_exit_code_and_a_timeout_are_distinguished(containers: Workspace) -> None:
    containers.write(REPORT_X + "raise SystemExit(9)\n", max_job_count=1, local=LOCAL)
    trial = containers.tune()["trials"][0]
    assert (trial["state"], trial["exit_code"]) == ("failed", 9)
    containers.write(WAIT, max_job_count=1, local={**LOCAL, "trial_timeout": "4s"})
    job = containers.tune()
    assert "4 s" in job["trials"][0]["reason"]
    assert (output(containers, job["id"]) / "stopped.txt").read_text() == "asked"


def test_that_a_stopped_program_gets_sigterm_first(containers: Workspace) -> None:
    containers.write(WAIT, max_job_count=1, local=LOCAL)
    job = containers.begin()
    wait_ready(containers, job)
    containers.run("cancel", job)
    assert containers.wait_ended(job)["state"] == "cancelled"
    assert (output(containers, job) / "stopped.txt").read_text() == "asked"


def test_that_a_container_killed_from_outside_fails_its_trial(containers: Workspace, client) -> None:
    containers.write(WAIT, max_job_count=1, local=LOCAL)
    job = containers.begin()
    wait_ready(containers, job)
    container(client, job).kill()
    ended = containers.wait_ended(job)
    assert (ended["trials"][0]["state"], ended["trials"][0]["exit_code"]) == ("failed", 137)


def test_that_a_container_removed_from_outside_is_run_again(containers: Workspace, client) -> None:
    containers.write(REPORT_X + WAIT, max_job_count=1, local=LOCAL)
    job = containers.begin()
    wait_ready(containers, job)
    first = container(client, job)
    first.remove(force=True)
    wait_until(lambda: containers.trials(job)[0].attempt == 2, "it is not tried again")
    assert "trial_lost" in containers.events(job)


def test_that_killing_the_engine_under_three_containers_loses_no_point(containers: Workspace, client) -> None:
    program = (
        REPORT_X
        + """
import os, time
for i in range(40):
    log_metric("score", i)
    time.sleep(0.1)
while not os.path.exists("end.txt"):
    time.sleep(0.02)
"""
    )
    containers.write(program, max_job_count=3, parallel_count=3, local=LOCAL)
    job = containers.begin()
    containers.wait_running(job, 3)
    before = sorted(container(client, job, n).id for n in (1, 2, 3))
    containers.kill_engine()
    wait_until(lambda: containers.run("engine", "status", "--json").json()["running"], "no engine")
    assert sorted(container(client, job, n).id for n in (1, 2, 3)) == before
    for n in (1, 2, 3):
        (output(containers, job, n) / "end.txt").touch()
    ended = containers.wait_ended(job)
    assert ended["state"] == "succeeded"
    assert [len(t["metrics"]["score"]) for t in ended["trials"]] == [41, 41, 41]
    assert all(t["metrics"]["score"][1:] == list(range(40)) for t in ended["trials"])
    assert all(t.attempt == 1 for t in containers.trials(job))


def test_that_the_client_is_injected_unless_the_setting_disables_it(
    containers: Workspace,
) -> None:
    containers.write(REPORT_X, max_job_count=1, local=LOCAL)
    assert containers.tune()["state"] == "succeeded"
    containers.write(REPORT_X, max_job_count=1, local={**LOCAL, "inject_client": False})
    job = containers.tune()
    assert job["state"] == "failed"
    assert "No module named 'openbayestool'" in job["reason"]


def test_that_a_copy_of_the_client_in_the_project_is_used(containers: Workspace) -> None:
    own = "def log_metric(key, value):\n    print('my own client')\n"
    containers.write(REPORT_X, max_job_count=1, local=LOCAL, files={"openbayestool.py": own})
    job = containers.tune()
    assert "my own client" in containers.run("logs", job["id"], "1").out


def test_that_a_log_is_bounded_and_keeps_its_end(containers: Workspace) -> None:
    program = REPORT_X + "for i in range(40_000):\n    print('line', i, 'x' * 800)\nprint('the end')\n"
    containers.write(program, max_job_count=1, local=LOCAL)
    job = containers.tune()
    folder = containers.data.trial(job["id"], 1)
    size = sum(p.stat().st_size for p in folder.glob("log.txt*"))
    assert 2**20 < size <= 17 * 2**20
    assert (folder / "log.txt").read_text().endswith("the end\n")


def test_that_an_unknown_image_is_a_system_error_with_a_hint(containers: Workspace) -> None:
    containers.write(local={"runner": "docker", "image": "127.0.0.1:9/no/such:image"})
    job = containers.begin()
    containers.run("cancel", job)
    ended = containers.wait_ended(job)
    assert ended["state"] in ("cancelled", "system_error")
    assert ended["trials"] == []


def test_that_auto_takes_docker_when_the_engine_answers_and_processes_otherwise(
    containers: Workspace,
) -> None:
    containers.write(max_job_count=1, local={"runner": "auto", "image": IMAGE})
    job = containers.tune()
    assert containers.job(job["id"]).submission.runner == "docker"
    containers.environment["DOCKER_HOST"] = "unix:///nowhere/docker.sock"
    job = containers.tune()
    assert containers.job(job["id"]).submission.runner == "process"
    asked = containers.run("gear", "run", "hypertuning", "--runner", "docker")
    assert asked.code == 1
    assert "/nowhere/docker.sock" in asked.err
    assert "Traceback" not in asked.err


def test_that_a_container_that_reaches_nothing_is_started_without_a_question(containers: Workspace) -> None:
    containers.allows = False
    containers.write(WAIT, max_job_count=1, local=LOCAL)
    assert containers.run("gear", "run", "hypertuning", "--detach").code == 0
    assert containers.wait_running(_last(containers), 1)


def test_that_the_engine_survives_signals_to_the_commands_terminal(containers: Workspace) -> None:
    containers.write(WAIT, max_job_count=1, local=LOCAL)
    following = containers.start("gear", "run", "hypertuning", "--json")
    wait_until(lambda: containers.data.database.exists() and _last(containers), "no job")
    job = _last(containers)
    containers.wait_running(job, 1)
    following.send_signal(signal.SIGINT)
    _, said = following.communicate(timeout=30)
    assert following.returncode == 130
    assert f"bayesdesk cancel {job}" in said
    assert containers.job(job).state == "running"


def _last(workspace: Workspace) -> str:
    from bayescore.store import jobs

    with workspace.database().read() as connection:
        every = jobs.every(connection)
    return every[0].id if every else ""


def test_that_a_program_whose_start_docker_did_not_record_is_not_started_twice(
    client: docker.DockerClient, endpoint: str, tmp_path: Path
) -> None:
    snapshot = tmp_path / "snapshot"
    snapshot.mkdir()
    (snapshot / "main.py").write_text("")
    runner = DockerRunner(endpoint, tmp_path / "home", lambda: None)

    def launch(number: int) -> Launch:
        folder = TrialFolder(tmp_path / "home" / f"{number}")
        name = f"bayesdesk-created-{os.getpid()}-{number}"
        made = Launch(name, "job", number, folder, Content(1, snapshot, {}), "true", {}, image=IMAGE)
        trial_folder.make(folder.root, made.content)
        runner._created(made)  # Docker ends here, before it says that the container has started
        return made

    untouched, touched = launch(1), launch(2)
    (touched.folder.output / "begun.txt").touch()
    try:
        assert runner.adopt(untouched) is None
        handle = runner.adopt(touched)
        assert handle is not None
        assert runner.poll(handle) == Exit(None)
        assert not client.containers.list(all=True, filters={"name": f"bayesdesk-created-{os.getpid()}"})
    finally:
        runner.close()
