"""What the run settings show about the image, without a window."""

from __future__ import annotations

import pytest

from bayescore.app.machine import Containers, LocalImage
from bayescore.config import LocalSettings, RaySettings
from bayesdesk.editor.image_state import image_in_effect, image_state

DOCKER = Containers("27.1", images=(LocalImage("team/model:7.0", 1),))
NONE = Containers(problem="no engine")


@pytest.mark.parametrize(
    ("runner", "image", "containers", "text", "can_pull"),
    [
        ("auto", "team/model:7.0", DOCKER, "on this machine", False),
        ("docker", "team/other:1", DOCKER, "pulled at the start", True),
        ("docker", None, DOCKER, "no image set", False),
        ("docker", "team/other:1", NONE, "Docker is not reachable", False),
        ("auto", "team/other:1", NONE, "no Docker: processes", False),
        ("auto", "team/other:1", None, "checking…", False),
        ("process", "team/other:1", DOCKER, "not used", False),
        ("ray", "team/other:1", DOCKER, "pulled on each node", False),
    ],
)
def test_that_the_badge_says_where_the_image_is(
    runner: str, image: str | None, containers: Containers | None, text: str, can_pull: bool
) -> None:
    state = image_state(image, LocalSettings(runner=runner), containers)
    assert (state.text, state.can_pull) == (text, can_pull)
    assert state.is_used == (text != "not used")


def test_that_processes_on_the_nodes_of_a_cluster_use_no_image() -> None:
    settings = LocalSettings(runner="ray", ray=RaySettings(runner="process"))
    assert not image_state("team/model:7.0", settings, DOCKER).is_used


def test_that_images_of_this_machine_are_offered_first_and_once() -> None:
    options = image_state(None, LocalSettings(), DOCKER).options
    assert options[0] == "team/model:7.0"
    assert len(set(options)) == len(options)


def test_that_the_image_of_the_local_file_counts_while_the_project_has_errors() -> None:
    assert image_in_effect(None, LocalSettings(image="mine:1"), "") == "mine:1"
    assert image_in_effect(None, LocalSettings(), "no-such-environment") is None
