"""Pulls an image on a node."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from bayescore.errors import BayesdeskError
from bayescore.trials import images

if TYPE_CHECKING:
    import docker


class Pull:
    """Pulls an image in a thread of its own.

    Attributes
    ----------
    share
        The pulled share, from 0 to 1.
    """

    def __init__(self, client: docker.DockerClient, image: str, mirror: str | None) -> None:
        self.done = False
        self.share = 0.0
        self.error: BayesdeskError | None = None
        self._what = (client, image, mirror)
        threading.Thread(target=self._run, name="pull", daemon=True).start()

    def _run(self) -> None:
        client, image, mirror = self._what
        try:
            images.pull(client, image, mirror=mirror, report=self._note)
        except BayesdeskError as error:
            self.error = error
        else:
            self.done = True

    def _note(self, progress: images.PullProgress) -> None:
        self.share = progress.share
