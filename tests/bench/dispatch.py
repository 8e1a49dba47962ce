"""Overhead of the engine for a container: a job of trivial trials compared with the Docker SDK."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import docker

from bench.figure import Figure
from support import docker_engine
from support.workspace import Workspace

_TRIALS = 30
COMMAND = 'printf \'{"metrics": {"score": [{"value": 1}]}}\\n\' >> "$BAYESDESK_SPOOL"; true'


def measure() -> Iterator[Figure]:
    """Seconds a trial, one at a time; the SDK alone is measured before and after."""
    endpoint = docker_engine.ensure()
    client = docker.DockerClient(base_url=endpoint)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder), {"DOCKER_HOST": endpoint})
        before = _bare(client, Path(folder), _TRIALS // 2)
        ours = _job(workspace)
        after = _bare(client, Path(folder), _TRIALS // 2)
        workspace.close()
    client.close()
    bare = statistics.mean(before + after)
    yield Figure("bare SDK: create, start, wait, remove", bare, "s a container")
    yield Figure("engine: one trial after the other", ours, "s a trial")
    yield Figure("engine ÷ bare SDK", ours / bare, "", at_most=1.3)


def _job(workspace: Workspace) -> float:
    local = {"runner": "docker", "image": docker_engine.IMAGE}
    workspace.write(max_job_count=_TRIALS, parallel_count=1, root={"command": COMMAND}, local=local)
    job = workspace.tune()
    assert job["state"] == "succeeded", job["reason"]
    found = workspace.trials(job["id"])
    from bayescore.times import parsed

    spans = parsed(str(found[-1].ended_at)) - parsed(found[0].created_at)
    return spans.total_seconds() / _TRIALS


def _bare(client: docker.DockerClient, folder: Path, count: int) -> list[float]:
    """The same container by the SDK alone: its folders, user, host name and command."""
    api, times = client.api, []
    places = {"output": "/output", "home": "/openbayes/user", "spool": "/openbayes/spool"}
    for name in places:
        (folder / name).mkdir(exist_ok=True)
    binds = [f"{folder / name}:{place}:rw" for name, place in places.items()]
    for _ in range(count):
        began = time.monotonic()
        host = api.create_host_config(binds=binds, extra_hosts={"host.docker.internal": "host-gateway"})
        made = api.create_container(
            docker_engine.IMAGE,
            ["/bin/sh", "-c", COMMAND],
            user=f"{os.getuid()}:{os.getgid()}",
            environment={"BAYESDESK_SPOOL": "/openbayes/spool/points.jsonl"},
            working_dir="/output",
            host_config=host,
        )
        api.start(made)
        api.wait(made)
        api.remove_container(made)
        times.append(time.monotonic() - began)
    return times
