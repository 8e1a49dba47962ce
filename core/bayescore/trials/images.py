"""Finds the image of an environment, and pulls images."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bayescore.config import LocalSettings, OpenBayesConfig
from bayescore.config.runtimes import image_for_runtime
from bayescore.errors import RunnerError
from bayescore.i18n import Text, text
from bayescore.trials.image_names import ImageName, check_mirror, parse_image, through_mirror

if TYPE_CHECKING:
    import docker

_TRIES = 5  # finished layers are kept, so each try continues where the last one ended
_FIRST_PAUSE_S = 1.0
_REPORT_EVERY_S = 0.5
DEFAULT_IMAGE = "python:3.11"


class PullCancelledError(RunnerError):
    """The user cancelled the job while its image was being pulled."""


@dataclass
class PullProgress:
    """Status of each layer, its bytes that are done, and all its bytes (0 while unknown)."""

    image: str
    layers: dict[str, tuple[str, int, int]] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Share of the known bytes that is done, from 0 to 1."""
        total = sum(t for _, _, t in self.layers.values())
        return sum(d for _, d, t in self.layers.values() if t) / total if total else 0.0


def image_for(config: OpenBayesConfig, local: LocalSettings) -> str:
    """The image of a job's trials.

    Raises
    ------
    RunnerError
        If no image is set and the environment is not in the catalogue, or if the name is not valid.
    """
    image = local.image or (image_for_runtime(config.env) if config.env else DEFAULT_IMAGE)
    if not image:
        raise RunnerError(
            text("No image is known for the runtime environment “{name}”.", name=config.env),
            text("Set “image” in openbayes.local.yaml, or give --image."),
        )
    parse_image(image)
    if local.registry_mirror:
        check_mirror(local.registry_mirror)
    return image


def is_present(client: docker.DockerClient, image: str) -> bool:
    """Whether the engine has the image; see :func:`parse_image` for the errors."""
    from docker.errors import ImageNotFound

    parse_image(image)
    try:
        client.images.get(image)
    except ImageNotFound:
        return False
    return True


def pull(
    client: docker.DockerClient,
    image: str,
    *,
    mirror: str | None = None,
    report: Callable[[PullProgress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Pull an image. After a lost connection the pull is tried again.

    Parameters
    ----------
    mirror
        Prefix of a registry mirror: ``mirror.example.com`` or ``mirror.example.com/library``.
    report
        Called at most twice a second.
    cancelled
        Called between messages of the engine.

    Raises
    ------
    PullCancelledError
        If ``cancelled`` returned true.
    RunnerError
        If the registry refuses, cannot be reached, or a name is not valid.
    """
    name = parse_image(image)
    source = through_mirror(mirror, name) if mirror else name
    wait = _FIRST_PAUSE_S
    for attempt in range(_TRIES):
        problem = _pull_once(client, source, report, cancelled)
        if problem is None:
            break
        if not _is_temporary(problem) or attempt == _TRIES - 1:
            raise _refused(source.whole, problem)
        pause(wait)
        wait *= 2
    if mirror:
        client.images.get(source.whole).tag(name.repository, name.version)


def _pull_once(
    client: docker.DockerClient,
    source: ImageName,
    report: Callable[[PullProgress], None],
    cancelled: Callable[[], bool],
) -> str | None:
    """Try once; returns the engine's message if it failed."""
    from docker.errors import APIError
    from requests.exceptions import RequestException

    progress = PullProgress(source.whole)
    last = 0.0
    try:
        for message in client.api.pull(source.repository, tag=source.version, stream=True, decode=True):
            if cancelled():
                raise PullCancelledError(text("The pull of {image} was stopped.", image=source.whole))
            if error := message.get("error"):
                return str(error)
            _update(progress, message)
            if time.monotonic() - last >= _REPORT_EVERY_S:
                last = time.monotonic()
                report(progress)
    except APIError as error:
        return str(error.explanation or error)
    except (RequestException, OSError) as error:
        return str(error)
    report(progress)
    return None


def _update(progress: PullProgress, message: dict[str, object]) -> None:
    detail = message.get("progressDetail")
    layer, status = str(message.get("id", "")), str(message.get("status", ""))
    if not layer or status.startswith("Pulling from"):
        return
    _, done, total = progress.layers.get(layer, ("", 0, 0))
    if isinstance(detail, dict) and detail.get("total") and status == "Downloading":
        done, total = int(detail.get("current") or 0), int(detail["total"])
    elif status in ("Download complete", "Pull complete", "Already exists"):
        done = total
    progress.layers[layer] = (status, done, total)


def _is_temporary(problem: str) -> bool:
    folded = problem.lower()
    return not any(
        s in folded for s in ("not found", "denied", "unauthorized", "manifest unknown", "invalid reference")
    )


def _refused(image: str, problem: str) -> RunnerError:
    hint: Text = text(
        "Check the network, or set “registry_mirror” in openbayes.local.yaml, then continue the job."
    )
    if not _is_temporary(problem):
        hint = text(
            "Check the image's name, or build it on this machine with: docker build -t {image} .", image=image
        )
    return RunnerError(
        text("The image {image} cannot be pulled: {problem}.", image=image, problem=problem), hint
    )
