"""Pulling images over connections that are slow, are lost, or cannot be made."""

from __future__ import annotations

import random
from collections.abc import Iterator

import docker
import pytest

from bayescore.config import LocalSettings, load_text
from bayescore.errors import RunnerError
from bayescore.trials import images
from support.builders import FILE
from support.registry import Registry
from support.workspace import Workspace, wait_until

pytestmark = pytest.mark.docker


@pytest.fixture
def client(endpoint: str) -> Iterator[docker.DockerClient]:
    made = docker.DockerClient(base_url=endpoint)
    yield made
    made.close()


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry(random.randrange(10**9)) as made:
        yield made


def no_pause(_seconds: float) -> None:
    """Try again at once."""


def test_that_a_pull_reports_every_layer_and_completes(
    client: docker.DockerClient, registry: Registry
) -> None:
    seen: list[images.PullProgress] = []
    image = f"{registry.address}/team/model:1.0"
    assert not images.is_present(client, image)
    images.pull(client, image, report=seen.append)
    assert images.is_present(client, image)
    assert len(seen[-1].layers) == 2
    assert seen[-1].share == 1.0
    client.images.remove(image)


def test_that_a_pull_is_tried_again_after_a_lost_connection(
    client: docker.DockerClient, registry: Registry
) -> None:
    registry.failures = 3
    image = f"{registry.address}/team/model:2.0"
    images.pull(client, image, pause=no_pause)
    assert images.is_present(client, image)
    client.images.remove(image)


def test_that_a_pull_that_keeps_failing_is_explained(client: docker.DockerClient, registry: Registry) -> None:
    registry.failures = 10**6
    with pytest.raises(RunnerError, match="registry_mirror"):
        images.pull(client, f"{registry.address}/team/model:3.0", pause=no_pause)


def test_that_an_image_that_does_not_exist_is_refused_at_once(
    client: docker.DockerClient, registry: Registry
) -> None:
    with pytest.raises(RunnerError, match="Check the image's name"):
        images.pull(client, f"{registry.address}/missing/model:1", pause=no_pause)
    assert sum("/manifests/" in path for path in registry.requested) <= 4


def test_that_an_image_from_a_mirror_has_its_own_name(
    client: docker.DockerClient, registry: Registry
) -> None:
    name = f"team-{random.randrange(10**9)}/model:1.0"
    images.pull(client, name, mirror=f"{registry.address}/cache")
    assert images.is_present(client, name)
    assert any("/v2/cache/team" in path for path in registry.requested)
    client.images.remove(name)
    client.images.remove(f"{registry.address}/cache/{name}")


def test_that_a_jobs_pull_shows_its_layers_and_can_be_cancelled(
    containers: Workspace, registry: Registry
) -> None:
    registry.held.set()
    containers.write(local={"runner": "docker", "image": f"{registry.address}/big/image:1"})
    job = containers.begin()
    wait_until(lambda: len(registry.requested) > 3, "nothing is pulled")
    assert containers.job(job).state == "running"
    assert "pull" in containers.events(job)
    containers.run("cancel", job)
    registry.released.set()
    ended = containers.wait_ended(job)
    assert (ended["state"], ended["trials"]) == ("cancelled", [])


def test_that_a_missing_image_ends_the_job_with_a_hint(containers: Workspace, registry: Registry) -> None:
    containers.write(local={"runner": "docker", "image": f"{registry.address}/missing/image:1"})
    job = containers.tune()
    assert job["state"] == "system_error"
    assert "docker build" in job["reason"]


def test_that_the_environments_of_the_platform_have_images_and_the_users_choice_takes_precedence() -> None:
    config = load_text(FILE.replace("command:", "env: pytorch-2.6-2204\ncommand:", 1)).config
    assert config is not None
    assert images.image_for(config, LocalSettings()).startswith("pytorch/pytorch:2.6")
    assert images.image_for(config, LocalSettings(image="mine:1")) == "mine:1"
    unknown = config.model_copy(update={"env": "caffe-1.0"})
    with pytest.raises(RunnerError, match="caffe"):
        images.image_for(unknown, LocalSettings())
