"""The image of a job's trials and where it is: what the run settings show, without Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bayescore.app.machine import Containers
from bayescore.config import LocalSettings, NodeRunner, OpenBayesConfig, RunnerChoice
from bayescore.config.runtimes import image_for_runtime, runtime_images
from bayescore.errors import RunnerError
from bayescore.i18n import _
from bayescore.trials.images import image_for


@dataclass(frozen=True)
class ImageState:
    """What the run settings show about the image.

    Attributes
    ----------
    image
        The image in effect, ``None`` when none is known.
    options
        Images to choose from, those on this machine first.
    text, tone
        The badge beside the image.
    is_used
        Whether the trials run in containers at all.
    can_pull
        Whether the image can be pulled to this machine now.
    """

    image: str | None
    options: Sequence[str]
    text: str
    tone: str
    is_used: bool
    can_pull: bool


def image_in_effect(
    config: OpenBayesConfig | None, settings: LocalSettings | None, environment: str
) -> str | None:
    """The image of the trials; while a file has errors, as far as it is known.

    Parameters
    ----------
    environment
        The ``env`` of the project's file, which may have errors elsewhere.
    """
    if settings is not None and settings.image:
        return settings.image
    if config is None or settings is None:
        return image_for_runtime(environment)
    try:
        return image_for(config, settings)
    except RunnerError:
        return None


def image_state(image: str | None, settings: LocalSettings, containers: Containers | None) -> ImageState:
    """The state of an image.

    Parameters
    ----------
    containers
        What the container engine of this machine reports, ``None`` before its first report.
    """
    on_nodes = settings.runner is RunnerChoice.RAY
    is_used = not (
        settings.runner is RunnerChoice.PROCESS or (on_nodes and settings.ray.runner is NodeRunner.PROCESS)
    )
    has_engine = containers is not None and containers.version is not None
    is_here = bool(containers and image and containers.has(image))
    here = [found.tag for found in containers.images] if containers else []
    text, tone = _badge(settings, image, containers, is_used=is_used, is_here=is_here)
    return ImageState(
        image,
        [*here, *(known for known in runtime_images() if known not in here)],
        text,
        tone,
        is_used,
        is_used and not on_nodes and has_engine and image is not None and not is_here,
    )


def _badge(
    settings: LocalSettings,
    image: str | None,
    containers: Containers | None,
    *,
    is_used: bool,
    is_here: bool,
) -> tuple[str, str]:
    if not is_used:
        return _("not used"), ""
    if settings.runner is RunnerChoice.RAY and image is not None:
        return _("pulled on each node"), "accent"
    if containers is None:
        return _("checking…"), ""
    if containers.version is None:
        if settings.runner is RunnerChoice.AUTO:
            return _("no Docker: processes"), ""
        return _("Docker is not reachable"), "warning"
    if image is None:
        return _("no image set"), "bad"
    return (_("on this machine"), "good") if is_here else (_("pulled at the start"), "accent")
