"""Finding a container engine as the ``docker`` command finds it."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from bayescore.errors import RunnerError
from bayescore.trials import docker_engine


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder without any engine."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    return tmp_path


def a_socket(path: Path) -> socket.socket:
    path.parent.mkdir(parents=True, exist_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    return listening


def test_that_the_variable_is_the_only_endpoint_if_it_is_set(home: Path) -> None:
    found = list(docker_engine.endpoints({"DOCKER_HOST": "tcp://lab:2375", "DOCKER_CONTEXT": "other"}))
    assert found == ["tcp://lab:2375"]


def test_that_the_current_context_comes_before_the_usual_sockets(home: Path) -> None:
    (home / ".docker").mkdir()
    (home / ".docker" / "config.json").write_text(json.dumps({"currentContext": "rootless"}))
    assert next(docker_engine.endpoints({})) == "context:rootless"
    assert next(docker_engine.endpoints({"DOCKER_CONTEXT": "lab"})) == "context:lab"


def test_that_rootless_desktop_and_podman_sockets_are_found(home: Path) -> None:
    runtime = home / "run"
    paths = [runtime / "docker.sock", home / ".docker/desktop/docker.sock", runtime / "podman/podman.sock"]
    kept = [a_socket(path) for path in paths]
    found = list(docker_engine.endpoints({"XDG_RUNTIME_DIR": str(runtime)}))
    assert [e for e in found if str(home) in e] == [f"unix://{path}" for path in paths]
    assert len(kept) == 3


@pytest.mark.docker
def test_that_a_context_gives_the_endpoint_of_its_engine(
    home: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from docker.context import ContextAPI

    (home / ".docker").mkdir()
    (home / ".docker" / "config.json").write_text("{}")
    monkeypatch.setenv("DOCKER_CONFIG", str(home / ".docker"))
    ContextAPI.create_context("lab", host=endpoint)
    assert (home / ".docker" / "contexts").exists()
    client = docker_engine.connect("context:lab")
    assert docker_engine.facts(client).version
    client.close()


def test_that_an_unknown_context_and_a_dead_socket_are_explained(home: Path) -> None:
    with pytest.raises(RunnerError, match="nothing-like-it"):
        docker_engine.connect("context:nothing-like-it")
    with pytest.raises(RunnerError, match="systemctl start docker"):
        docker_engine.connect(f"unix://{home}/nothing.sock")
