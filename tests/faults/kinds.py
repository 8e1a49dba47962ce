"""The faults, by name: what strikes, and what it may change."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psutil

from support import docker_engine
from support.workspace import BIN

if TYPE_CHECKING:
    from faults.world import World


@dataclass(frozen=True)
class Kind:
    """A fault.

    Attributes
    ----------
    exclusive
        It strikes what all runs share; no other run may be under way.
    mixes
        It may strike together with others in one run.
    fails
        It may make trials end badly.
    loses
        It may keep reports from being taken, which the client says in the trial's log.
    containers
        Nodes of the cluster run trials in containers.
    network
        One node of the cluster is behind a network that can be cut.
    small_disk
        The data folder lies on a small file system.
    ends
        States that the job may end in besides ``succeeded``.
    """

    name: str
    strike: Callable[[World], None]
    runners: tuple[str, ...] = ("process", "docker", "ray")
    exclusive: bool = False
    mixes: bool = True
    fails: bool = False
    loses: bool = False
    containers: bool = False
    network: bool = False
    small_disk: bool = False
    behaviour: str = "plain"
    local: Mapping[str, Any] = field(default_factory=dict)
    ends: tuple[str, ...] = ()


def _nothing(world: World) -> None:
    """The program itself is the fault."""
    del world


# ---- our own processes


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):  # it may be ending by another fault
        os.kill(pid, signal.SIGKILL)


def _kill_engine(world: World) -> None:
    _kill(world.engine())


def _kill_engine_thrice(world: World) -> None:
    for _ in range(3):
        before = world.engine()
        _kill(before)
        world.wait(lambda gone=before: world.engine_or_none() not in (None, gone), "the engine is not back")


def _kill_search(world: World) -> None:
    for pid in world.children(world.engine(), "search_worker"):
        _kill(pid)


def _pause_engine(world: World) -> None:
    pid = world.engine()
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
        world.pass_time(20)
        os.kill(pid, signal.SIGCONT)


def _kill_supervisor_too(world: World) -> None:
    world.kill_engine_and_supervisor()
    world.pass_time(3)
    world.start_engine()


def _end_of_the_machine(world: World) -> None:
    """Everything killed at once, then the engine started, as at a boot."""
    world.kill_engine_and_supervisor()
    for pid in world.trial_processes():
        _kill(pid)
    world.start_engine()


def _many_engines(world: World) -> None:
    """Several starts at once: one engine is left, with a supervisor."""
    world.kill_engine_and_supervisor()
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "bayescore.engine.watchdog", str(world.workspace.data.root)],
            env=world.environment(),
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(4)
    ]
    world.started += started
    world.wait(lambda: world.engine_or_none() is not None, "no engine runs")


def _window(world: World) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["xvfb-run", "-a", str(BIN / "bayesdesk-gui")],
        env=world.environment(),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _kill_window(world: World) -> None:
    """A window that shows the job, killed."""
    window = _window(world)
    world.pass_time(6)
    if window.poll() is not None:
        raise RuntimeError("the window did not stay open")
    os.killpg(window.pid, signal.SIGKILL)
    window.wait()


def _two_windows(world: World) -> None:
    """The second start raises the first window and ends."""
    windows = [_window(world), _window(world)]
    try:
        world.wait(lambda: any(w.poll() is not None for w in windows), "two windows are open")
        world.pass_time(2)
        still = [w for w in windows if w.poll() is None]
        if len(still) != 1:
            raise RuntimeError("no window is open after two starts at once")
    finally:
        for window in windows:
            with suppress(ProcessLookupError):
                os.killpg(window.pid, signal.SIGKILL)
            window.wait()


# ---- what is around us


def _lock_store(world: World) -> None:
    connection = sqlite3.connect(world.workspace.data.database, timeout=30, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    world.pass_time(15)
    connection.execute("ROLLBACK")
    connection.close()


def _take_port(world: World) -> None:
    """The engine dies and another program takes its port for a while."""
    port = int(world.listener().rpartition(":")[2])
    world.kill_engine_and_supervisor()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        world.wait(lambda: _bound(taken, port), f"port {port} stays taken")
        taken.listen()
        world.start_engine()
        world.pass_time(10)


def _bound(opened: socket.socket, port: int) -> bool:
    try:
        opened.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


def _move_clock(world: World) -> None:
    world.clock.write_text(str(world.rng.choice([7200, -7200])))


def _fill_disk(world: World) -> None:
    fill = world.workspace.data.root / "fill"
    with suppress(OSError), fill.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 16))
    world.pass_time(20)
    fill.unlink()


def _close_volume(world: World) -> None:
    """Nothing below the data folder can be written or made for a while, as on a volume mounted read-only."""
    home = str(world.workspace.data.root)
    try:
        subprocess.run(["chattr", "-f", "-R", "+i", home], check=False)
        world.pass_time(20)
    finally:
        subprocess.run(["chattr", "-f", "-R", "-i", home], check=False)


def _edit_project(world: World) -> None:
    file = world.workspace.project / "openbayes.yaml"
    if not file.exists():  # another fault has deleted the project
        return
    file.write_text(file.read_text().replace("score", "other"))
    (world.workspace.project / "main.py").write_text("raise SystemExit(9)\n")


def _delete_project(world: World) -> None:
    shutil.rmtree(world.workspace.project)


# ---- programs


def _kill_program(world: World) -> None:
    """A trial's own process, from outside."""
    for pid in world.programs()[:1]:
        _kill(pid)


def _kill_supervisor(world: World) -> None:
    for pid in world.supervisors()[:1]:
        _kill(pid)


def _cancel_trial(world: World) -> None:
    """Stopped just when it may be ending by itself."""
    running = [t.number for t in world.trials() if t.state == "running"]
    if running:
        world.workspace.run("cancel", world.job, str(world.rng.choice(running)))


# ---- containers


def _kill_container(world: World) -> None:
    for container in world.containers()[:1]:
        with suppress(Exception):
            container.kill()


def _remove_container(world: World) -> None:
    for container in world.containers()[:1]:
        with suppress(Exception):
            container.remove(force=True)


def _pause_container(world: World) -> None:
    for container in world.containers()[:1]:
        with suppress(Exception):
            container.pause()
            world.pass_time(10)
            container.unpause()


def _restart_docker(world: World) -> None:
    del world
    docker_engine.stop()
    docker_engine.ensure()


def _docker_away(world: World) -> None:
    docker_engine.stop()
    world.pass_time(30)
    docker_engine.ensure()


def _restart_docker_and_all(world: World) -> None:
    """Without live-restore its containers end with it."""
    docker_engine.stop()
    docker_engine.ensure(live_restore=False)
    world.pass_time(3)
    docker_engine.stop()
    docker_engine.ensure()


# ---- a cluster


def _kill_all(name: str, first: int | None = None) -> None:
    """Processes that Ray has named so."""
    found = [p.pid for p in psutil.process_iter(["cmdline"]) if name in " ".join(p.info["cmdline"] or ())]
    for pid in found[:first]:
        _kill(pid)


def _kill_agents(world: World) -> None:
    del world
    _kill_all("ray::NodeAgent")


def _kill_slot(world: World) -> None:
    del world
    _kill_all("ray::_Slot", 1)


def _pause_agents(world: World) -> None:
    """Messages come late."""
    found = [
        p for p in psutil.process_iter(["cmdline"]) if "ray::NodeAgent" in " ".join(p.info["cmdline"] or ())
    ]
    for signal_ in (signal.SIGSTOP, signal.SIGCONT):
        for process in found:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal_)
        if signal_ == signal.SIGSTOP:
            world.pass_time(20)


def _end_of_node(world: World, name: str) -> None:
    assert world.cluster is not None
    for pid in world.trial_processes(name):
        _kill(pid)
    world.cluster.remove(name)


def _remove_node(world: World) -> None:
    """A machine goes away for good, with all that ran on it."""
    _end_of_node(world, "c")


def _cut_node(world: World) -> None:
    """Ray on a node ends and comes back; what ran there goes on."""
    assert world.cluster is not None
    world.cluster.remove("c")
    world.pass_time(10)
    world.cluster.add("c", num_cpus=4, num_gpus=2)


def _cut_network(world: World) -> None:
    """Nothing passes between a node and the head for a while; neither of them ends."""
    assert world.cluster is not None
    assert world.cluster.network is not None
    world.cluster.network.cut()
    world.pass_time(120)
    world.cluster.network.restore()


def _restart_ray(world: World) -> None:
    assert world.cluster is not None
    world.cluster.restart()


_HERE = ("process", "docker")
_ONLY_RAY = ("ray",)
_ONLY_DOCKER = ("docker",)
_ONLY_PROCESS = ("process",)
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("engine killed", _kill_engine),
        Kind("engine killed thrice", _kill_engine_thrice),
        Kind("search killed", _kill_search),
        Kind("engine paused", _pause_engine),
        Kind("supervisor killed", _kill_supervisor_too),
        Kind("machine restarted", _end_of_the_machine, _ONLY_PROCESS),
        Kind("many engines", _many_engines),
        Kind("window killed", _kill_window, _HERE),
        Kind("two windows", _two_windows, _HERE),
        Kind("store locked", _lock_store),
        Kind("port taken", _take_port),
        Kind("clock moved", _move_clock),
        Kind("disk full", _fill_disk, _ONLY_PROCESS, loses=True, small_disk=True),
        Kind("volume read-only", _close_volume, _ONLY_PROCESS, fails=True, loses=True, ends=("failed",)),
        Kind("project edited", _edit_project),
        Kind("project deleted", _delete_project),
        Kind("program killed", _kill_program, _ONLY_PROCESS, fails=True),
        Kind("supervisor killed", _kill_supervisor, _ONLY_PROCESS),
        Kind("trial stopped", _cancel_trial, fails=True),
        Kind("deaf to SIGTERM", _cancel_trial, fails=True, mixes=False, behaviour="deaf"),
        Kind("daemon forked", _nothing, mixes=False, behaviour="daemon"),
        Kind("log of 1 GB", _nothing, _HERE, mixes=False, behaviour="talkative"),
        Kind(
            "out of memory", _nothing, _HERE, mixes=False, fails=True, behaviour="greedy", local={"memory": "200m"},
            ends=("failed",),
        ),
        Kind("agents killed", _kill_agents, _ONLY_RAY),
        Kind("agents paused", _pause_agents, _ONLY_RAY),
        Kind("slot killed", _kill_slot, _ONLY_RAY),
        Kind("node removed", _remove_node, _ONLY_RAY, mixes=False),
        Kind("node cut off", _cut_node, _ONLY_RAY, mixes=False),
        Kind("containers on nodes", _kill_engine, _ONLY_RAY, mixes=False, containers=True),
        Kind("network cut", _cut_network, _ONLY_RAY, mixes=False, network=True),
        Kind("Ray restarted", _restart_ray, _ONLY_RAY, mixes=False),
        Kind("container killed", _kill_container, _ONLY_DOCKER, fails=True),
        Kind("container removed", _remove_container, _ONLY_DOCKER),
        Kind("container paused", _pause_container, _ONLY_DOCKER),
        Kind("Docker restarted", _restart_docker, _ONLY_DOCKER, exclusive=True),
        Kind("Docker away", _docker_away, _ONLY_DOCKER, exclusive=True),
        Kind("Docker restarted with its containers", _restart_docker_and_all, _ONLY_DOCKER, exclusive=True),
    )
}  # fmt: skip
