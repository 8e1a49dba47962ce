"""Runs trials as containers of a Docker engine (or Podman's compatible one)."""

from __future__ import annotations

import contextlib
import logging
import math
import re
import threading
import time
from collections.abc import Callable, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bayescore.errors import RunnerError, RunnerSilentError
from bayescore.i18n import text
from bayescore.times import parsed
from bayescore.trials import docker_engine, trial_folder
from bayescore.trials.docker_engine import answering, connect
from bayescore.trials.launch import Launch
from bayescore.trials.runners.base import GRACE_S, Exit
from bayescore.trials.runners.container_config import EngineHost, container_config
from bayescore.trials.runners.log_pump import LogPump

if TYPE_CHECKING:
    import docker

_log = logging.getLogger(__name__)
LABEL = "bayesdesk"
_GONE = 404
_CONFLICT = 409
# Exit codes of containers that ended because Docker did: 255 if Docker missed the end, SIGKILL, SIGTERM.
_BY_ENGINE = (255, 128 + 9, 128 + 15)
_OUTAGE_S = 120.0  # after an outage of Docker in which such an exit code is attributed to it
_STARTING_S = 10.0  # in which a starting Docker notices which containers have ended


class DockerRunner:
    """One container per attempt; the handle is the container's id."""

    polls_memory = False

    def __init__(self, endpoint: str, data_folder: Path, changed: Callable[[], None]) -> None:
        self._endpoint = endpoint
        self._data_folder = str(data_folder)
        self._changed = changed
        self._client: docker.DockerClient | None = None
        self._host = EngineHost(rootless=False, address="")
        self._pumps: dict[str, LogPump] = {}
        self._lock = threading.Lock()
        self._outage_at = -math.inf  # when Docker last did not answer

    @property
    def client(self) -> docker.DockerClient:
        """The engine's client; connects on first use."""
        with self._lock:
            if self._client is None:
                self._client = connect(self._endpoint)
                about = docker_engine.facts(self._client)
                self._host = EngineHost(about.rootless, docker_engine.this_machine(about))
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

        client = self.client
        labels = {
            f"{LABEL}.job": launch.job,
            f"{LABEL}.trial": str(launch.number),
            f"{LABEL}.data": self._data_folder,
        }
        try:
            config = container_config(client, launch, labels, self._host)
            made = client.api.create_container_from_config(config, name=launch.name)  # type: ignore[no-untyped-call]
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
            self._pumps[handle] = LogPump(self.client, handle, file, self._changed, self._note_outage)

    def _note_outage(self) -> None:
        self._outage_at = time.monotonic()

    def _stop(self, handle: str, grace: float) -> None:
        from docker.errors import APIError

        try:
            self.client.api.stop(handle, timeout=int(grace))
        except (APIError, OSError, RunnerError) as error:
            if getattr(error, "status_code", None) != _GONE:
                _log.warning("container %s could not be stopped: %s", handle[:12], error)


def _timestamp(written: str) -> float:
    """Seconds since 1970 of a time that Docker wrote, with nanoseconds."""
    return parsed(re.sub(r"(\.\d{1,6})\d*", r"\1", written)).timestamp()


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
