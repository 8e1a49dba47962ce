"""The settings of a job on this machine, in words."""

from __future__ import annotations

from bayescore.config import LocalSettings
from bayescore.i18n import text
from bayescore.store import IMPORTED, Event
from bayescore.store.records import Input
from bayesdesk.models.configuration import groups_of
from support.views import a_job


def settings(**changes) -> dict[str, dict[str, str]]:
    return {g.title: {s.title: s.value for s in g.settings} for g in groups_of(a_job(**changes))}


def test_that_only_what_differs_from_the_defaults_is_shown() -> None:
    assert settings(project="/home/lab/digits", seed=7) == {
        "Job": {"Id": "job1", "Project": "/home/lab/digits"},
        "Runs on": {"Runner": "Processes of this machine", "GPU": "all"},
        "Search": {"Seed": "7"},
    }


def test_that_the_commit_of_the_project_is_shown_where_an_event_names_it() -> None:
    event = Event(1, "job1", None, "", "info", "commit", text("At {commit}.", commit="ab" * 20))
    job = next(g for g in groups_of(a_job(), [event]) if g.title == "Job")
    assert {s.title: s.value for s in job.settings}["Git commit"] == "ab" * 20


def test_that_every_setting_has_words_and_units() -> None:
    local = LocalSettings.model_validate(
        {
            "gpus": (0, 2), "trials_per_gpu": 2, "cpus": 1.5, "memory": 8 * 2**30, "shm_size": 512 * 2**20,
            "trial_timeout": 7200.0, "max_failed_trials": 4, "objective": "best", "stop_when_exhausted": False,
            "inject_client": False, "environment": {"LANG": "C"}, "registry_mirror": "mirror.example",
        }
    )  # fmt: skip
    found = settings(
        local=local, runner="docker", image="pytorch:2", message="try", inputs=(Input("/data", "/input0"),)
    )
    assert found["Runs on"] == {
        "Runner": "Docker",
        "Image": "pytorch:2",
        "Registry mirror": "mirror.example",
        "GPU": "0, 2",
        "Trials per GPU": "2",
    }
    assert found["Limits"] == {
        "CPUs of a trial": "1.5",
        "Memory": "8 GiB",
        "Shared memory": "512 MiB",
        "Time limit": "2 h 0 min",
        "Stop after failures": "4",
    }
    assert found["Data"] == {"/input0": "/data (read only)"}
    assert found["Environment variables"] == {"LANG": "C"}
    assert found["Search"]["Objective of a trial"] == "Best value"
    assert found["Job"]["Message"] == "try"


def test_that_a_cluster_has_its_address_and_each_node_its_folder() -> None:
    local = LocalSettings.model_validate({"ray": {"address": "head:6379", "resources": {"tpu": 1}}})
    inputs = (Input("/data", "/input0", writable=True, nodes={"node2": "/mnt/data"}),)
    found = settings(local=local, runner="ray", inputs=inputs)
    assert found["Runs on"]["Address"] == "head:6379"
    assert found["Runs on"]["Runner on the nodes"] == "Docker"
    assert found["Runs on"]["tpu"] == "1"
    assert found["Data"] == {"/input0": "/data (read and write)", "on node2": "/mnt/data"}


def test_that_an_imported_job_has_neither_seed_nor_gpus() -> None:
    found = settings(runner=IMPORTED)
    assert found["Runs on"] == {"Runner": "Imported: it ran elsewhere"}
    assert "Search" not in found
