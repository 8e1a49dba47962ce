"""The faults that can be injected, by name, and what each of them may change."""

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

from faults.steering import near_request
from support import docker_engine
from support.workspace import BIN

if TYPE_CHECKING:
    from faults.world import World


@dataclass(frozen=True)
class Fault:
    """A fault that can be injected into a run.

    Attributes
    ----------
    exclusive
        It affects all runs, so that no other run may be under way.
    mixes
        It may be injected together with others.
    fails
        It may make trials fail.
    loses
        It may keep reports from being stored, which the client writes to the trial's log.
    containers
        Nodes of the cluster run trials in containers.
    network
        One node of the cluster is behind a network that can be cut.
    small_disk
        The data folder is on a small file system.
    ends
        States that the job may end in besides ``succeeded``.
    """

    name: str
    inject: Callable[[World], None]
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


def _kill_watchdog_too(world: World) -> None:
    world.kill_engine_and_watchdog()
    world.pass_time(3)
    world.start_engine()


def _restart_machine(world: World) -> None:
    """Everything killed at once, then the engine started, as at a boot."""
    world.kill_engine_and_watchdog()
    for pid in world.trial_processes():
        _kill(pid)
    world.start_engine()


def _many_engines(world: World) -> None:
    """Several starts at once: one engine is left, with a watchdog."""
    world.kill_engine_and_watchdog()
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


# ---- the environment


def _lock_store(world: World) -> None:
    connection = sqlite3.connect(world.workspace.data.database, timeout=30, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    world.pass_time(15)
    connection.execute("ROLLBACK")
    connection.close()


def _take_port(world: World) -> None:
    """The engine dies and another program takes its port for a while."""
    port = int(world.listener().rpartition(":")[2])
    world.kill_engine_and_watchdog()
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
    """Nothing in the data folder can be written for a while, as on a volume mounted read-only."""
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
    """Kill processes with this in their command line, as Ray sets it."""
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
    """Messages are delayed."""
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
    """A node leaves the cluster for good, with all that ran on it."""
    _end_of_node(world, "c")


def _cut_node(world: World) -> None:
    """Ray on a node ends and comes back; programs there continue."""
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
    world.cluster.network.reconnect()


def _restart_ray(world: World) -> None:
    assert world.cluster is not None
    world.cluster.restart()


# ---- at the moment in which a trial is stopped early


def _near_stop(strike: Callable[[World], None]) -> Callable[[World], None]:
    """A fault shortly before or after the stop of a trial is recorded."""

    def inject(world: World) -> None:
        world.wait_near_stop()
        if not world.has_ended():
            strike(world)

    return inject


_HERE = ("process", "docker")
_ONLY_RAY = ("ray",)
_ONLY_DOCKER = ("docker",)
_ONLY_PROCESS = ("process",)
_DIVERGES: Mapping[str, Any] = {"behaviour": "diverges", "local": {"early_stopping": True}}
FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault("engine killed", _kill_engine),
        Fault("engine killed thrice", _kill_engine_thrice),
        Fault("search killed", _kill_search),
        Fault("engine paused", _pause_engine),
        Fault("watchdog killed", _kill_watchdog_too),
        Fault("machine restarted", _restart_machine, _ONLY_PROCESS),
        Fault("many engines", _many_engines),
        Fault("window killed", _kill_window, _HERE),
        Fault("two windows", _two_windows, _HERE),
        Fault("store locked", _lock_store),
        Fault("port taken", _take_port),
        Fault("clock moved", _move_clock),
        Fault("disk full", _fill_disk, _ONLY_PROCESS, loses=True, small_disk=True),
        Fault("volume read-only", _close_volume, _ONLY_PROCESS, fails=True, loses=True, ends=("failed",)),
        Fault("project edited", _edit_project),
        Fault("project deleted", _delete_project),
        Fault("program killed", _kill_program, _ONLY_PROCESS, fails=True),
        Fault("supervisor killed", _kill_supervisor, _ONLY_PROCESS),
        Fault("trial stopped", _cancel_trial, fails=True),
        Fault("SIGTERM ignored", _cancel_trial, fails=True, mixes=False, behaviour="ignores SIGTERM"),
        Fault("daemon forked", _nothing, mixes=False, behaviour="daemon"),
        Fault("log of 1 GB", _nothing, _HERE, mixes=False, behaviour="prints much"),
        Fault(
            "out of memory", _nothing, _HERE, mixes=False, fails=True, behaviour="uses memory", local={"memory": "200m"},
            ends=("failed",),
        ),
        Fault("agents killed", _kill_agents, _ONLY_RAY),
        Fault("agents paused", _pause_agents, _ONLY_RAY),
        Fault("slot killed", _kill_slot, _ONLY_RAY),
        Fault("node removed", _remove_node, _ONLY_RAY, mixes=False),
        Fault("node cut off", _cut_node, _ONLY_RAY, mixes=False),
        Fault("containers on nodes", _kill_engine, _ONLY_RAY, mixes=False, containers=True),
        Fault("network cut", _cut_network, _ONLY_RAY, mixes=False, network=True),
        Fault("Ray restarted", _restart_ray, _ONLY_RAY, mixes=False),
        Fault("container killed", _kill_container, _ONLY_DOCKER, fails=True),
        Fault("container removed", _remove_container, _ONLY_DOCKER),
        Fault("container paused", _pause_container, _ONLY_DOCKER),
        Fault("Docker restarted", _restart_docker, _ONLY_DOCKER, exclusive=True),
        Fault("Docker away", _docker_away, _ONLY_DOCKER, exclusive=True),
        Fault("Docker restarted with its containers", _restart_docker_and_all, _ONLY_DOCKER, exclusive=True),
        Fault("engine killed at a stop", _near_stop(_kill_engine), **_DIVERGES),
        Fault("engine killed thrice at a stop", _near_stop(_kill_engine_thrice), **_DIVERGES),
        Fault("engine paused at a stop", _near_stop(_pause_engine), **_DIVERGES),
        Fault("search killed at a stop", _near_stop(_kill_search), **_DIVERGES),
        Fault("store locked at a stop", _near_stop(_lock_store), **_DIVERGES),
        Fault("machine restarted at a stop", _near_stop(_restart_machine), _ONLY_PROCESS, **_DIVERGES),
        Fault("program killed at a stop", _near_stop(_kill_program), _ONLY_PROCESS, fails=True, **_DIVERGES),
        Fault("supervisor killed at a stop", _near_stop(_kill_supervisor), _ONLY_PROCESS, **_DIVERGES),
        Fault("agents killed at a stop", _near_stop(_kill_agents), _ONLY_RAY, **_DIVERGES),
        Fault("container killed at a stop", _near_stop(_kill_container), _ONLY_DOCKER, fails=True, **_DIVERGES),
        Fault("container removed at a stop", _near_stop(_remove_container), _ONLY_DOCKER, **_DIVERGES),
        Fault("container paused at a stop", _near_stop(_pause_container), _ONLY_DOCKER, **_DIVERGES),
        Fault("Docker restarted at a stop", _near_stop(_restart_docker), _ONLY_DOCKER, exclusive=True, **_DIVERGES),
        Fault("engine killed at a request", near_request(_kill_engine)),
        Fault("engine killed thrice at a request", near_request(_kill_engine_thrice)),
        Fault("engine paused at a request", near_request(_pause_engine)),
        Fault("search killed at a request", near_request(_kill_search)),
        Fault("store locked at a request", near_request(_lock_store)),
        Fault("machine restarted at a request", near_request(_restart_machine), _ONLY_PROCESS),
        Fault("supervisor killed at a request", near_request(_kill_supervisor), _ONLY_PROCESS),
        Fault("container removed at a request", near_request(_remove_container), _ONLY_DOCKER),
        Fault("container paused at a request", near_request(_pause_container), _ONLY_DOCKER),
        Fault("Docker restarted at a request", near_request(_restart_docker), _ONLY_DOCKER, exclusive=True),
        Fault(
            "SIGTERM ignored at a request", near_request(_kill_engine), mixes=False, behaviour="ignores SIGTERM",
        ),
        Fault(
            "SIGTERM ignored at a stop", _near_stop(_kill_engine), mixes=False, behaviour="diverges and ignores SIGTERM",
            local={"early_stopping": True},
        ),
    )
}  # fmt: skip
