"""Runs trials as containers of a Docker engine (or Podman's compatible one)."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import re
import threading
import time
from collections.abc import Callable, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bayescore.config import CommandShell
from bayescore.errors import RunnerError, RunnerSilentError
from bayescore.i18n import text
from bayescore.resources import resource
from bayescore.times import parsed
from bayescore.trials import docker_engine, trial_folder
from bayescore.trials.docker_engine import answering, connect
from bayescore.trials.image_names import parse_image
from bayescore.trials.launch import Launch
from bayescore.trials.neighbours import THREADS
from bayescore.trials.networks import trials_network
from bayescore.trials.runners.base import GRACE_S, Exit
from bayescore.trials.supervisor.bounded_log import HALF_BYTES, BoundedLog

if TYPE_CHECKING:
    import docker

_log = logging.getLogger(__name__)
LABEL = "bayesdesk"
_HOME = "/openbayes/user"
_CLIENT = "/openbayes/client"
_SPOOL = "/openbayes/spool"
_WORKING = ("/output", "/openbayes/home")  # the working directory and its other name
_GONE = 404
_CONFLICT = 409
# Exit codes of containers that ended because Docker did: 255 if Docker missed the end, SIGKILL, SIGTERM.
_BY_ENGINE = (255, 128 + 9, 128 + 15)
_OUTAGE_S = 120.0  # after an outage of Docker in which such an exit code is attributed to it
_STARTING_S = 10.0  # in which a starting Docker notices which containers have ended
_COMPARED_LINES = 20
_SHELLS = {CommandShell.SH: "/bin/sh", CommandShell.BASH: "bash"}
# Capabilities that root in a container needs to handle its files and processes, and to install packages.
_OF_ROOT = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID")
# Process 1 of a container ignores SIGTERM unless it handles it, and a shell does not forward it.
# The shell between process 1 and the program ends at once, so process 1 waits for the program itself.
_INIT = """trap 'asked=1; kill -TERM -1 2>/dev/null' TERM
"$1" -c "$0" & child=$!
wait "$child"; code=$?
while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
while [ -n "$asked" ] && kill -0 -1 2>/dev/null; do sleep 0.1 2>/dev/null || sleep 1; done
exit "$code"
"""


class DockerRunner:
    """One container per attempt; the handle is the container's id."""

    polls_memory = False

    def __init__(self, endpoint: str, data_folder: Path, changed: Callable[[], None]) -> None:
        self._endpoint = endpoint
        self._data_folder = str(data_folder)
        self._changed = changed
        self._client: docker.DockerClient | None = None
        self._rootless = False
        self._this_machine = ""
        self._pumps: dict[str, _LogPump] = {}
        self._lock = threading.Lock()
        self._image_environments: dict[str, dict[str, str]] = {}
        self._outage_at = -math.inf  # when Docker last did not answer

    @property
    def client(self) -> docker.DockerClient:
        """The engine's client; connects on first use."""
        with self._lock:
            if self._client is None:
                self._client = connect(self._endpoint)
                about = docker_engine.facts(self._client)
                self._rootless = about.rootless
                self._this_machine = docker_engine.this_machine(about)
            return self._client

    def start(self, launch: Launch) -> str:
        """See :class:`Runner`."""
        from docker.errors import APIError

        trial_folder.make(launch.folder.root, launch.content)
        with answering(self._endpoint):
            handle = self._created(launch)
            try:
                self.client.api.start(handle)
            except APIError as error:
                with contextlib.suppress(APIError):
                    self.client.api.remove_container(handle, force=True)
                raise _cannot_start(launch, error) from None
        self._follow(handle, launch.folder.log)
        return handle

    def adopt(self, launch: Launch) -> str | None:
        """See :class:`Runner`."""
        from docker.errors import APIError

        with answering(self._endpoint):
            handle = self._existing(launch)
            if handle is None:
                return None
            state = self.client.api.inspect_container(handle)["State"]
            if state["Status"] == "created":  # the engine or Docker ended before it was started
                with contextlib.suppress(APIError):
                    self.client.api.remove_container(handle, force=True)
                # Docker may have started it without recording that: if it wrote files, it is lost
                was_started = trial_folder.is_touched(launch.folder.root, launch.content.attempt)
                return handle if was_started else None
        self._follow(handle, launch.folder.log)
        return handle

    def poll(self, handle: str) -> Exit | None:
        """See :class:`Runner`."""
        from docker.errors import NotFound

        pump = self._pumps.get(handle)
        if pump is not None and pump.running:
            return None
        try:
            with answering(self._endpoint):
                state = self.client.api.inspect_container(handle)["State"]
        except NotFound:
            return Exit(None)
        except RunnerSilentError:
            self._note_outage()
            raise
        if state["Status"] not in ("exited", "dead"):
            self._follow(handle, pump.file if pump else None)
            return None
        code = int(state["ExitCode"])
        if code in _BY_ENGINE and self._ended_with_its_engine(state):
            return Exit(None)
        # a program may survive the killing of one of its processes, so its own exit code decides
        return Exit(code, out_of_memory=bool(state.get("OOMKilled")) and code != 0)

    def _ended_with_its_engine(self, state: dict[str, Any]) -> bool:
        """Whether a container ended because Docker did: after an outage, or before Docker's last start.

        Docker recreates its bridge at each start and offers no better way to learn when it started.
        """
        from docker.errors import APIError

        if time.monotonic() - self._outage_at < _OUTAGE_S:
            return True
        if state.get("OOMKilled"):
            return False
        try:
            with answering(self._endpoint):
                started = self.client.api.inspect_network("bridge")["Created"]
        except APIError:  # Podman has none
            return False
        return _timestamp(state["FinishedAt"]) < _timestamp(started) + _STARTING_S

    def stop(self, handle: str, grace: float = GRACE_S) -> None:
        """See :class:`Runner`."""
        threading.Thread(target=self._stop, args=(handle, grace), name="stop", daemon=True).start()

    def save_log(self, handle: str, file: Path) -> None:
        """See :class:`Runner`."""
        if (pump := self._pumps.get(handle)) is not None:
            pump.thread.join(timeout=10)

    def remove(self, handle: str) -> None:
        """See :class:`Runner`."""
        from docker.errors import APIError

        self._pumps.pop(handle, None)
        try:
            self.client.api.remove_container(handle, force=True, v=True)
        except (APIError, OSError, RunnerError) as error:
            if getattr(error, "status_code", None) not in (_GONE, _CONFLICT):
                _log.warning("container %s could not be removed: %s", handle[:12], error)

    def programs(self) -> dict[str, str]:
        """See :class:`Runner`."""
        filters = {"label": f"{LABEL}.data={self._data_folder}"}
        found = self.client.api.containers(all=True, filters=filters)
        return {c["Names"][0].lstrip("/"): c["Id"] for c in found if c.get("Names")}

    def keep_only(self, jobs: Set[str]) -> None:
        """Does nothing: nothing is held between trials."""

    def close(self) -> None:
        """See :class:`Runner`."""
        with self._lock:
            if self._client is not None:
                self._client.close()

    # ---- details

    def _created(self, launch: Launch) -> str:
        from docker.errors import APIError

        try:
            made = self.client.api.create_container_from_config(  # type: ignore[no-untyped-call]
                self._config(launch), name=launch.name
            )
        except APIError as error:
            existing = self._existing(launch) if error.status_code == _CONFLICT else None
            if existing is None:
                raise _cannot_start(launch, error) from None
            return existing
        return str(made["Id"])

    def _existing(self, launch: Launch) -> str | None:
        from docker.errors import NotFound

        try:
            found = self.client.api.inspect_container(launch.name)
        except NotFound:
            return None
        own = found["Config"]["Labels"].get(f"{LABEL}.data") == self._data_folder
        return str(found["Id"]) if own else None

    def _follow(self, handle: str, file: Path | None) -> None:
        pump = self._pumps.get(handle)
        if file is not None and (pump is None or not pump.running):
            self._pumps[handle] = _LogPump(self.client, handle, file, self._changed, self._note_outage)

    def _note_outage(self) -> None:
        self._outage_at = time.monotonic()

    def _stop(self, handle: str, grace: float) -> None:
        from docker.errors import APIError

        try:
            self.client.api.stop(handle, timeout=int(grace))
        except (APIError, OSError, RunnerError) as error:
            if getattr(error, "status_code", None) != _GONE:
                _log.warning("container %s could not be stopped: %s", handle[:12], error)

    def _config(self, launch: Launch) -> dict[str, Any]:
        from docker.types import LogConfig

        api = self.client.api
        limits = launch.limits
        user = "0:0" if self._rootless or os.name == "nt" else f"{os.getuid()}:{os.getgid()}"
        host = api.create_host_config(
            binds=_binds(launch),
            mounts=_mounts(launch),
            extra_hosts={docker_engine.HOST: self._this_machine},
            mem_limit=limits.memory,
            memswap_limit=limits.memory,  # without this, as much swap is allowed again
            shm_size=limits.shm_size,
            pids_limit=limits.pids,
            network_mode=trials_network(self.client),
            nano_cpus=int(limits.cpus * 1e9) if limits.cpus else None,
            device_requests=_devices(launch),
            log_config=LogConfig(type="json-file", config={"max-size": str(HALF_BYTES), "max-file": "2"}),
            security_opt=["no-new-privileges:true"],
            cap_drop=["ALL"],
            cap_add=list(_OF_ROOT) if user.startswith("0:") else None,
        )
        config: dict[str, Any] = api.create_container_config(
            str(launch.image),
            command=[launch.command, _SHELLS[launch.shell]],
            user=user,
            working_dir="/output",
            environment=self._environment(launch),
            labels={
                f"{LABEL}.job": launch.job,
                f"{LABEL}.trial": str(launch.number),
                f"{LABEL}.data": self._data_folder,
            },
            entrypoint=["/bin/sh", "-c", _INIT],
            host_config=host,
        )
        return config

    def _environment(self, launch: Launch) -> dict[str, str]:
        of_image = self._image_environment(str(launch.image))
        environment = {
            "HOME": _HOME,
            "USER": "bayesdesk",
            "LOGNAME": "bayesdesk",
            "BAYESDESK_SPOOL": f"{_SPOOL}/points.jsonl",
            THREADS: of_image.get(THREADS) or str(launch.threads),
            **launch.environment,
            **launch.secrets,
        }
        if launch.inject_client:
            earlier = environment.get("PYTHONPATH") or of_image.get("PYTHONPATH")
            environment["PYTHONPATH"] = f"{_CLIENT}:{earlier}" if earlier else _CLIENT
        return environment

    def _image_environment(self, image: str) -> dict[str, str]:
        if image not in self._image_environments:
            parse_image(image)
            found = self.client.api.inspect_image(image)  # type: ignore[no-untyped-call]
            variables = found["Config"].get("Env") or []
            self._image_environments[image] = dict(v.partition("=")[::2] for v in variables)
        return self._image_environments[image]


def _timestamp(written: str) -> float:
    """Seconds since 1970 of a time that Docker wrote, with nanoseconds."""
    return parsed(re.sub(r"(\.\d{1,6})\d*", r"\1", written)).timestamp()


def _binds(launch: Launch) -> list[str]:
    folder = launch.folder
    binds = [f"{folder.output}:{place}:rw" for place in _WORKING]
    binds += [f"{folder.home}:{_HOME}:rw", f"{folder.spool}:{_SPOOL}:rw"]
    if launch.inject_client:
        binds.append(f"{resource('client')}:{_CLIENT}:ro")
    for bound in launch.inputs:
        name, mode = bound.path.lstrip("/"), "rw" if bound.writable else "ro"
        binds += [
            f"{bound.source}:{place}:{mode}"
            for place in (bound.path, f"/openbayes/input/{name}", f"/openbayes/inputs/{name}")
        ]
    return binds


def _mounts(launch: Launch) -> list[Any]:
    """Mounts of what is used in place; unlike those of binds, their paths may contain colons."""
    from docker.types import Mount

    return [
        Mount(f"{place}/{each.path}", each.source, type="bind", read_only=not each.writable)
        for each in launch.content.in_place
        for place in _WORKING
    ]


def _devices(launch: Launch) -> list[Any] | None:
    if not launch.gpus:
        return None
    from docker.types import DeviceRequest

    return [DeviceRequest(driver="nvidia", device_ids=list(launch.gpus), capabilities=[["gpu"]])]


def _cannot_start(launch: Launch, error: Exception) -> RunnerError:
    message = str(getattr(error, "explanation", None) or error)
    hint = None
    if "device driver" in message and "nvidia" in message:
        hint = text(
            "Install the NVIDIA Container Toolkit and restart Docker, "
            "or set “gpus: none” in openbayes.local.yaml."
        )
    elif "No such image" in message:
        hint = text("Pull or build the image {image} first.", image=launch.image)
    return RunnerError(text("The container cannot be started: {said}.", said=message), hint)


class _LogPump:
    """Copies a container's output into the trial's log until the container ends.

    After a restart of the engine the whole output is copied again, so that no line is missing or repeated.
    """

    def __init__(
        self,
        client: docker.DockerClient,
        handle: str,
        file: Path,
        changed: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        self.file = file
        self._client = client
        self._handle = handle
        self._changed = changed
        self._lost = lost
        self.running = True
        self.thread = threading.Thread(target=self._run, name=f"log-{handle[:12]}", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        from docker.errors import APIError
        from requests.exceptions import RequestException

        try:
            log = self._copy(follow=True)
            self._client.api.wait(self._handle, timeout=30)
            if log.lost or not self._is_whole():
                self._copy(follow=False)
        except (APIError, RequestException, OSError) as error:
            if not isinstance(error, APIError):
                self._lost()
            _log.info("log of container %s ended: %s", self._handle[:12], error)
        finally:
            self.running = False
            self._changed()

    def _copy(self, *, follow: bool) -> BoundedLog:
        """Write the container's whole output into the file."""
        log = BoundedLog(str(self.file), fresh=True)
        try:
            for chunk in self._client.api.logs(self._handle, stream=True, follow=follow):
                log.write(chunk)
        finally:
            log.close()
        return log

    def _is_whole(self) -> bool:
        """Whether the file ends as the output does.

        If Docker rotates its own log while it is followed, the rest may be missing; so may a last line
        without an end.
        """
        end = self._client.api.logs(self._handle, tail=_COMPARED_LINES)
        with self.file.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - len(end)))
            return file.read() == end[-file.tell() :]
