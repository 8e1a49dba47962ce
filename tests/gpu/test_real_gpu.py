"""Leases of a real NVIDIA GPU: ``make test-gpu`` on a machine that has one.

The programs of the trials speak to the driver itself, so that no framework has to be installed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bayescore.trials.gpus import Gpu, visible
from support.workspace import Workspace, wait_until

pytestmark = pytest.mark.skipif(not visible(), reason="needs an NVIDIA GPU: make test-gpu")

CUDA = """
import ctypes, json, pathlib, time, uuid
cuda = ctypes.CDLL("libcuda.so.1")
def call(name, *arguments):
    code = getattr(cuda, name)(*arguments)
    if code:
        raise SystemExit(f"{name} returned {code}")
def devices():
    count = ctypes.c_int()
    if cuda.cuInit(0) == 100:  # no device
        return []
    call("cuDeviceGetCount", ctypes.byref(count))
    found = []
    for i in range(count.value):
        raw = (ctypes.c_ubyte * 16)()
        call("cuDeviceGetUuid_v2", raw, i)
        found.append(f"GPU-{uuid.UUID(bytes=bytes(raw))}")
    return found
def hold(mebibytes):
    context, memory = ctypes.c_void_p(), ctypes.c_void_p()
    call("cuDevicePrimaryCtxRetain", ctypes.byref(context), 0)
    call("cuCtxSetCurrent", context)
    call("cuMemAlloc_v2", ctypes.byref(memory), ctypes.c_size_t(mebibytes * 2**20))
"""
TRIAL = (
    CUDA
    + """
from openbayestool import log_metric
seen = devices()
pathlib.Path("seen.json").write_text(json.dumps(seen))
log_metric("score", len(seen))
if seen:
    hold(64)
while not pathlib.Path(GO).exists():
    time.sleep(0.02)
"""
)
OTHER = CUDA + "devices(); hold(64); print('holding', flush=True); time.sleep(600)"


@pytest.fixture
def go(tmp_path: Path) -> Path:
    """A file for which the trials wait."""
    return tmp_path / "go"


@pytest.fixture
def gpu() -> Gpu:
    """The first GPU of this machine, once nothing computes on it."""
    wait_until(lambda: not visible()[0].busy, "another program uses the GPU")
    return visible()[0]


@contextmanager
def another_program() -> Iterator[int]:
    """A program that is no trial and holds less memory than a display does; its process id."""
    process = subprocess.Popen([sys.executable, "-c", OTHER], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "holding\n"
        yield process.pid
    finally:
        process.kill()
        process.wait()


def waiting_for(go: Path) -> str:
    """The program of a trial that ends when this file exists."""
    return f"GO = {str(go)!r}\n{TRIAL}"


def seen(workspace: Workspace, job: str, number: int) -> list[str]:
    return json.loads((workspace.data.trial(job, number) / "output" / "seen.json").read_text())


def test_that_the_list_is_that_of_the_driver(workspace: Workspace) -> None:
    command = ["nvidia-smi", "--query-gpu=index,uuid,name,memory.total", "--format=csv,noheader,nounits"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    listed = [f"{gpu.index}, {gpu.uuid}, {gpu.name}, {round(gpu.memory_total / 2**20)}" for gpu in visible()]
    assert listed == lines
    checks = json.loads(workspace.run("doctor", "--json").out)["checks"]
    assert visible()[0].name in "".join(c["message"] for c in checks if c["topic"] == "gpus")


def test_that_a_trial_sees_the_gpu_that_it_has_leased_and_no_other(
    workspace: Workspace, gpu: Gpu, go: Path
) -> None:
    go.touch()
    workspace.write(waiting_for(go), max_job_count=2, parallel_count=2, local={"gpus": [gpu.index]})
    job = workspace.tune()
    assert job["state"] == "succeeded", job["reason"]
    for trial in job["trials"]:
        assert trial["gpus"] == [gpu.uuid] == seen(workspace, job["id"], trial["number"])


def test_that_trials_share_a_gpu_as_often_as_the_user_says(workspace: Workspace, gpu: Gpu, go: Path) -> None:
    local = {"gpus": [gpu.index], "trials_per_gpu": 2}
    workspace.write(waiting_for(go), max_job_count=3, parallel_count=3, local=local)
    job = workspace.begin()
    workspace.wait_running(job, 2)
    wait_until(lambda: len(visible()[gpu.index].programs) == 2, "two programs do not compute on the GPU")
    assert len(workspace.trials(job)) == 2
    go.touch()
    assert workspace.wait_ended(job)["state"] == "succeeded"


def test_that_trials_wait_for_a_program_that_holds_little_memory(
    workspace: Workspace, gpu: Gpu, go: Path
) -> None:
    go.touch()
    workspace.write(waiting_for(go), max_job_count=1, local={"gpus": [gpu.index]})
    with another_program() as pid:
        wait_until(lambda: visible()[gpu.index].busy, "the program is not listed")
        job = workspace.begin()
        wait_until(lambda: "gpu_busy" in workspace.events(job), "no event about the GPU")
        assert workspace.trials(job) == []
        assert f"({pid})" in workspace.run("show", job).out
    assert workspace.wait_ended(job)["state"] == "succeeded"


def test_that_trials_run_beside_another_program_where_the_settings_allow_it(
    workspace: Workspace, gpu: Gpu, go: Path
) -> None:
    go.touch()
    local = {"gpus": [gpu.index], "use_busy_gpus": True}
    workspace.write(waiting_for(go), max_job_count=1, local=local)
    with another_program():
        wait_until(lambda: visible()[gpu.index].busy, "the program is not listed")
        assert workspace.tune()["state"] == "succeeded"


def test_that_a_trial_of_no_gpu_sees_none(workspace: Workspace, go: Path) -> None:
    go.touch()
    workspace.write(waiting_for(go), max_job_count=1, local={"gpus": "all", "gpus_per_trial": 0})
    job = workspace.tune()
    assert (job["state"], seen(workspace, job["id"], 1)) == ("succeeded", [])


def test_that_a_cancelled_job_leaves_nothing_on_its_gpu(workspace: Workspace, gpu: Gpu, go: Path) -> None:
    workspace.write(waiting_for(go), max_job_count=1, local={"gpus": [gpu.index]})
    job = workspace.begin()
    wait_until(lambda: visible()[gpu.index].programs, "the trial does not compute on the GPU")
    workspace.run("cancel", job)
    workspace.wait_ended(job)
    wait_until(lambda: not visible()[gpu.index].programs, "a program is left on the GPU")


def test_that_a_trial_of_more_gpus_than_there_are_ends_the_job_with_the_reason(
    workspace: Workspace, go: Path
) -> None:
    there = len(visible())
    local = {"gpus": "all", "gpus_per_trial": there + 1}
    workspace.write(waiting_for(go), max_job_count=1, local=local)
    assert f"A trial needs {there + 1} GPUs; {there} may be used here." in workspace.tune()["reason"]
