"""Checks of a cluster before a job starts."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from bayescore.app.options import Options
from bayescore.app.prepare import prepare
from bayescore.cluster.address import ClusterAddress
from bayescore.cluster.connection import Node
from bayescore.cluster.slots import demand, gpus_of, lease_of, node_of
from bayescore.config import LocalSettings
from bayescore.errors import ConfigError, RunnerError
from support.workspace import Workspace

NODES = [Node("1", "a", gpus=0, cpus=16), Node("2", "b", gpus=2, cpus=8)]


def test_that_an_address_without_a_cluster_is_reported_with_a_hint(workspace: Workspace) -> None:
    workspace.write(local={"runner": "ray", "ray": {"address": "127.0.0.1:1"}})
    done = workspace.run("gear", "run", "hypertuning")
    assert done.code != 0
    assert "No Ray cluster answers at 127.0.0.1:1" in done.err
    assert "ray start --head" in done.err
    assert "Traceback" not in done.err


def test_that_a_cluster_is_chosen_on_the_command_line(workspace: Workspace) -> None:
    workspace.write()
    done = workspace.run("gear", "run", "hypertuning", "--runner", "ray", "--address", "127.0.0.1:1")
    assert "127.0.0.1:1" in done.err


def test_that_gpus_by_number_are_refused(workspace: Workspace) -> None:
    file = workspace.write(local={"runner": "ray", "gpus": [0]})
    with pytest.raises(ConfigError, match="all or none"):
        prepare(file, Options())


def test_that_missing_ray_is_reported_with_a_hint(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    file = workspace.write(local={"runner": "ray"})
    with pytest.raises(RunnerError, match="pip install 'bayesdesk"):
        prepare(file, Options())


def test_that_ray_is_not_imported_without_a_cluster(workspace: Workspace) -> None:
    workspace.write(local={"runner": "process", "python": sys.executable})
    workspace.tune()
    engine = workspace.run("engine", "status", "--json").json()["pid"]
    with open(f"/proc/{engine}/maps") as maps:  # noqa: PTH123
        assert "/ray/_raylet" not in maps.read()


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({}, {"num_gpus": 1.0, "num_cpus": 1.0}),
        ({"trials_per_gpu": 4, "cpus": 2}, {"num_gpus": 0.25, "num_cpus": 2}),
        ({"gpus": "none", "cpus": 16}, {"num_gpus": 0.0, "num_cpus": 16}),
        ({"ray": {"resources": {"a100": 1}}}, {"num_gpus": 1.0, "num_cpus": 1.0, "resources": {"a100": 1.0}}),
    ],
)
def test_that_a_trial_requests_the_resources_of_its_settings(settings: dict, wanted: dict) -> None:
    assert demand(LocalSettings(**settings), NODES) == wanted


@pytest.mark.parametrize("settings", [{"cpus": 9}, {"gpus": "none", "cpus": 17}])
def test_that_more_than_any_node_has_is_refused(settings: dict) -> None:
    with pytest.raises(RunnerError, match="No node"):
        demand(LocalSettings(**settings), NODES)


def test_that_leases_and_addresses_are_parsed_as_they_were_formatted() -> None:
    assert (node_of((lease_of("b", ("0", "1")),)), gpus_of((lease_of("b", ("0", "1")),))) == ("b", ("0", "1"))
    assert (node_of((lease_of("b", ()),)), gpus_of((lease_of("b", ()),))) == ("b", ())
    cluster = ClusterAddress("lab-1:6379", "process", 2.5)
    assert ClusterAddress.of(cluster.endpoint) == cluster
    assert ClusterAddress.of("unix:///var/run/docker.sock") is None
