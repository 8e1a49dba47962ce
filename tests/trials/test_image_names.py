"""Names of images: what is one, and what never becomes part of an address."""

from __future__ import annotations

import pytest

from bayescore.config import LocalSettings, load_text
from bayescore.config.runtimes import runtime_images
from bayescore.errors import RunnerError
from bayescore.trials.image_names import ImageName, parse_image, through_mirror
from bayescore.trials.images import image_for, is_present, pull
from support.builders import FILE

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("python", ImageName("python")),
        ("python:3.11", ImageName("python", "3.11")),
        ("team/model:1.0-rc_2", ImageName("team/model", "1.0-rc_2")),
        ("localhost/model", ImageName("localhost/model")),
        ("localhost:5000/model", ImageName("localhost:5000/model")),
        ("127.0.0.1:5000/a/b/c:latest", ImageName("127.0.0.1:5000/a/b/c", "latest")),
        ("[::1]:5000/model:2", ImageName("[::1]:5000/model", "2")),
        ("ghcr.io/a__b/c--d.e:X", ImageName("ghcr.io/a__b/c--d.e", "X")),
        (f"nvcr.io/nvidia/pytorch@{DIGEST}", ImageName("nvcr.io/nvidia/pytorch", "", DIGEST)),
        (f"python:3.11@{DIGEST}", ImageName("python", "3.11", DIGEST)),
        (DIGEST, ImageName("sha256", DIGEST[7:])),
    ],
)
def test_that_a_name_is_parsed(written: str, read: ImageName) -> None:
    assert parse_image(written) == read


HOSTILE = [
    "", " ", "../containers/x", "a/../b", "/a", "a/", "a//b", "a:b:c", "a:", "a@", "a@sha256:12", "Python:3.11",
    "a?b=c", "a#b", "a%2e%2e", "a b", "a\nb", "a:t\n", "a\x00", "a\\b", "-a", "_a", "a_", "a:.t", "a:" + "t" * 129,
    "http://host/a", "user:pass@host/a", "host:99999999/a", "a" * 256, "镜像", "a." * 5000, "a-" * 5000,
    "json?x=/../../containers/create", "a:tag/../../b",
]  # fmt: skip


@pytest.mark.parametrize("written", HOSTILE)
def test_that_an_invalid_name_is_refused_before_any_request(written: str) -> None:
    for use in (parse_image, lambda name: is_present(None, name), lambda name: pull(None, name)):  # type: ignore[arg-type]
        with pytest.raises(RunnerError, match="not the name of an image"):
            use(written)


@pytest.mark.parametrize(
    "mirror",
    [
        "https://m.example.com",
        "mirror",
        "m.example.com/../x",
        "m.example.com?a",
        "a b.c",
        "/",
        "m.x/UP",
        "..",
    ],
)
def test_that_a_mirror_is_a_host_and_a_path(mirror: str) -> None:
    with pytest.raises(RunnerError, match="not the address of a registry"):
        through_mirror(mirror, parse_image("python:3.11"))


def test_that_a_mirror_is_a_prefix_of_the_name() -> None:
    assert (
        through_mirror("m.example.com:5000/c/", parse_image("ghcr.io/a:2")).whole
        == "m.example.com:5000/c/ghcr.io/a:2"
    )
    for image in (f"a@{DIGEST}", "localhost:5000/a:1"):
        with pytest.raises(RunnerError, match="cannot be pulled from a mirror"):
            through_mirror("m.example.com", parse_image(image))


def test_that_every_image_of_the_catalogue_has_a_name() -> None:
    for image in runtime_images():
        assert parse_image(image).whole


def test_that_an_invalid_name_is_refused_when_a_job_is_prepared() -> None:
    config = load_text(FILE).config
    assert config is not None
    for settings in (LocalSettings(image="../x"), LocalSettings(image="a", registry_mirror="https://m")):
        with pytest.raises(RunnerError):
            image_for(config, settings)
