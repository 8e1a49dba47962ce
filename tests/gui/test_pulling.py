"""An image pulled in sight, from a real registry into a real engine."""

from __future__ import annotations

import random
from collections.abc import Iterator

import docker
import pytest

from bayescore.trials import images
from bayesdesk.window import MainWindow
from support.docker_engine import IMAGE
from support.registry import Registry
from support.window import WAIT_MS, open_editor
from support.workspace import Workspace

pytestmark = pytest.mark.docker


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry(random.randrange(10**9)) as made:
        yield made


def test_that_the_form_pulls_an_image_and_shows_that_it_is_here(
    window: MainWindow,
    workspace: Workspace,
    endpoint: str,
    registry: Registry,
    qtbot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", endpoint)
    image = f"{registry.address}/team/model:7.0"
    editor = open_editor(window, qtbot, workspace.write(local={"runner": "docker", "image": image}))
    settings = editor.run_settings
    qtbot.waitUntil(lambda: settings._image_state.text() == "pulled at the start", timeout=WAIT_MS)
    layers: list[int] = []
    dialog = settings.pull()
    assert dialog is not None
    dialog._pull.progressed.connect(lambda progress: layers.append(len(progress.layers)))
    qtbot.waitUntil(lambda: settings._image_state.text() == "on this machine", timeout=WAIT_MS)
    assert layers[-1] == 2
    assert not settings._pull.isVisible()
    client = docker.DockerClient(base_url=endpoint)
    assert images.is_present(client, image)
    client.images.remove(image)
    client.close()


def test_that_the_checks_before_a_start_try_a_container(
    window: MainWindow, workspace: Workspace, endpoint: str, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", endpoint)
    editor = open_editor(window, qtbot, workspace.write(local={"runner": "docker", "image": IMAGE}))
    editor.start()
    qtbot.waitUntil(lambda: editor.start_dialog is not None, timeout=WAIT_MS)
    dialog = editor.start_dialog
    assert dialog is not None
    qtbot.waitUntil(dialog._start.isEnabled, timeout=WAIT_MS)
    assert dialog._found is not None
    grades = {f.topic: str(f.grade) for f in dialog._found.findings}
    assert grades["docker"] == grades["images"] == grades["reach"] == "ok"
    dialog.reject()
