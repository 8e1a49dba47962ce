"""A trial in a container cannot harm other trials or the machine."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docker
import pytest

from bayescore.trials.networks import DEFAULT, trials_network
from support.docker_engine import IMAGE
from support.workspace import Workspace

pytestmark = pytest.mark.docker
LOCAL = {"runner": "docker", "image": IMAGE}
UNIQUE = f"bdt{os.getpid()}"[:15]
NEIGHBOURS = """
import argparse, os, pathlib, socket, time, urllib.parse
from openbayestool import log_metric
parser = argparse.ArgumentParser()
parser.add_argument("--role")
role, shared = parser.parse_args().role, pathlib.Path("/input0")
url = urllib.parse.urlsplit(os.environ["OPENBAYES_JOB_URL"])
def reached(address):
    try:
        socket.create_connection(address, timeout=3).close()
        return True
    except OSError:
        return False
def wait(file):
    until = time.monotonic() + 60
    while not file.exists() and time.monotonic() < until: time.sleep(0.02)
probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
probe.connect((url.hostname, url.port))
if role == "listens":
    server = socket.create_server(("0.0.0.0", 8000))
    (shared / "new").write_text(probe.getsockname()[0])
    (shared / "new").rename(shared / "address")
    wait(shared / "done")
else:
    wait(shared / "address")
    (shared / "neighbour").write_text(str(reached(((shared / "address").read_text(), 8000))))
    (shared / "done").touch()
(shared / role).write_text(str(reached((url.hostname, url.port))))
log_metric("score", 1)
"""


@pytest.fixture
def client(endpoint: str) -> Iterator[docker.DockerClient]:
    made = docker.DockerClient(base_url=endpoint)
    yield made
    for network in made.networks.list(names=[UNIQUE]):
        network.remove()
    made.close()


def test_that_a_trial_cannot_reach_the_container_of_another(containers: Workspace, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    containers.write(
        NEIGHBOURS,
        specs=[{"name": "role", "type": "CATEGORICAL", "categorical_values": ["listens", "calls"]}],
        algorithm="Grid",
        max_job_count=2,
        local=LOCAL,
        root={"bindings": [f"{shared}:/input0:rw"]},
    )
    job = containers.tune()
    assert job["state"] == "succeeded", job["reason"]
    assert (shared / "neighbour").read_text() == "False"
    assert {(shared / role).read_text() for role in ("listens", "calls")} == {"True"}, (
        "no way to the listener"
    )
    assert [len(t["metrics"]["score"]) for t in job["trials"]] == [1, 1]


def test_that_a_trial_cannot_start_unlimited_processes(containers: Workspace) -> None:
    program = """
import json, threading
from openbayestool import log_metric
log_metric("score", 1)
end, made = threading.Event(), 0
try:
    while made < 200:
        threading.Thread(target=end.wait).start()
        made += 1
except RuntimeError:
    pass
json.dump({"made": made}, open("result.json", "w"))
end.set()
"""
    containers.write(program, max_job_count=1, local={**LOCAL, "pids_limit": 50})
    job = containers.tune()
    assert job["state"] == "succeeded", job["reason"]
    result = json.loads((containers.data.trial(job["id"], 1) / "output" / "result.json").read_text())
    assert 10 < result["made"] < 50


def test_that_several_engines_create_one_network(client: docker.DockerClient) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda _: trials_network(client, UNIQUE, UNIQUE), range(8)))
    assert names == [UNIQUE] * 8
    (network,) = client.api.networks(names=[UNIQUE])
    assert network["Options"]["com.docker.network.bridge.enable_icc"] == "false"


def test_that_a_network_without_isolation_is_not_used(client: docker.DockerClient) -> None:
    client.networks.create(UNIQUE, driver="bridge")
    assert trials_network(client, UNIQUE, UNIQUE) == DEFAULT
