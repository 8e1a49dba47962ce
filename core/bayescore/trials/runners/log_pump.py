"""Copies the output of a container into the log of its trial."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bayescore.trials.supervisor.bounded_log import BoundedLog

if TYPE_CHECKING:
    import docker

_log = logging.getLogger(__name__)
_COMPARED_LINES = 20


class LogPump:
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
