"""Parses names of images by the grammar of Docker's registries, before they become part of an address.

The grammar is that of github.com/distribution/reference: ``[host[:port]/]path[:tag][@digest]``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bayescore.errors import RunnerError
from bayescore.i18n import text

_MAX = 512  # characters of a whole reference
_MAX_NAME = 255
_SHOWN = 60
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?::[0-9]{{1,5}})?")
_PART = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,128}")


@dataclass(frozen=True)
class ImageName:
    """The parts of an image's name; ``tag`` and ``digest`` are empty if they are not given."""

    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def version(self) -> str:
        """The digest if there is one, else the tag."""
        return self.digest or self.tag or "latest"

    @property
    def whole(self) -> str:
        """The name with its version."""
        return f"{self.repository}{'@' if self.digest else ':'}{self.version}"


def parse_image(written: str) -> ImageName:
    """The parts of an image's name.

    Raises
    ------
    RunnerError
        If it is not a valid name.
    """
    name, at, digest = written.partition("@")
    repository, tag = name, ""
    if ":" in name.rpartition("/")[2]:
        repository, _, tag = name.rpartition(":")
    fits = len(written) <= _MAX and _is_repository(repository)
    fits = fits and (name == repository or _TAG.fullmatch(tag) is not None)
    if not fits or (at and not _DIGEST.fullmatch(digest)):
        raise RunnerError(
            text("“{image}” is not the name of an image.", image=written[:_SHOWN]),
            text("Write it like python:3.11 or registry.example.com:5000/team/model:1.0, in lowercase."),
        )
    return ImageName(repository, tag, digest)


def check_mirror(mirror: str) -> str:
    """The address of a registry mirror, without a slash at the end.

    Raises
    ------
    RunnerError
        If it is not ``host[:port][/path]``.
    """
    place = mirror.removesuffix("/")
    if _is_host(place.partition("/")[0]) and _is_repository(f"{place}/a"):
        return place
    raise RunnerError(
        text("“{mirror}” is not the address of a registry.", mirror=mirror[:_SHOWN]),
        text("Write “registry_mirror” like mirror.example.com or mirror.example.com:5000/library."),
    )


def through_mirror(mirror: str, image: ImageName) -> ImageName:
    """The image's name at a registry mirror; see :func:`check_mirror`.

    Raises
    ------
    RunnerError
        If an image of this name cannot be pulled from a mirror.
    """
    source = ImageName(f"{check_mirror(mirror)}/{image.repository}", image.tag)
    if image.digest or not _is_repository(source.repository):
        raise RunnerError(
            text("An image with a digest or a registry's port in its name cannot be pulled from a mirror."),
            text(
                "Remove “registry_mirror” from openbayes.local.yaml, or run: docker pull {image}",
                image=image.whole,
            ),
        )
    return source


def _is_host(part: str) -> bool:
    """Whether the first part of a name is a registry, by Docker's rule."""
    is_host = "." in part or ":" in part or part == "localhost" or part != part.lower()
    return is_host and _HOST.fullmatch(part) is not None


def _is_repository(name: str) -> bool:
    first, slash, rest = name.partition("/")
    path = rest if slash and _is_host(first) else name
    return len(name) <= _MAX_NAME and all(_PART.fullmatch(part) for part in path.split("/"))
