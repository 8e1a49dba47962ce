"""Studies of Optuna are imported, and jobs exported to it."""

from __future__ import annotations

import math
import sqlite3
from pathlib import Path

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from bayescore.store import TrialState
from support.timed_jobs import Ran, a_timed_job
from support.workspace import UNIT, Workspace

optuna.logging.set_verbosity(optuna.logging.ERROR)


def study(file: Path, name: str = "first", trials: int = 12) -> optuna.Study:
    """A study with all kinds of parameters, and with trials that fail, are pruned or still run."""
    made = optuna.create_study(
        storage=f"sqlite:///{file}",
        study_name=name,
        direction="maximize",
        sampler=optuna.samplers.RandomSampler(seed=1),
    )

    def objective(trial: optuna.Trial) -> float:
        rate = trial.suggest_float("lr", 1e-5, 1e-1, log=True)
        layers = trial.suggest_int("layers", 1, 8)
        trial.suggest_int("units", 16, 256, log=True)
        trial.suggest_float("dropout", 0.0, 0.5, step=0.1)
        trial.suggest_categorical("batch", [32, 16, 64])
        kind = trial.suggest_categorical("kind", ["adam", "sgd"])
        trial.suggest_categorical("nesterov", [True, False])
        for step in range(3):
            trial.report(rate * step, step)
        if layers == 8:
            raise ValueError("out of memory")
        if layers == 7:
            raise optuna.TrialPruned
        return layers + (kind == "adam")

    made.optimize(objective, n_trials=trials, catch=(ValueError,))
    made.ask()
    return made


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    workspace.write()
    return workspace


def test_that_all_ended_trials_of_an_optuna_study_are_imported(workspace: Workspace, tmp_path: Path) -> None:
    theirs = study(tmp_path / "study.db", trials=30)
    done = workspace.run("import", str(tmp_path / "study.db"), "--metric", "accuracy", "--json")
    assert done.code == 0, done.err
    ours = done.json()
    ended = [t for t in theirs.trials if t.state.is_finished()]
    assert len(ours["trials"]) == len(ended) == 30
    assert (ours["state"], ours["goal"], ours["metric"]) == ("succeeded", "MAXIMIZE", "accuracy")
    assert ours["best"]["value"] == theirs.best_value
    for mine, their in zip(ours["trials"], ended, strict=True):
        assert mine["parameters"] == {
            k: str(v) if isinstance(v, bool) else pytest.approx(v) for k, v in their.params.items()
        }
        assert mine["value"] == their.value or their.state.name != "COMPLETE"
        assert mine["metrics"]["accuracy"][:3] == list(their.intermediate_values.values())
        assert (
            mine["state"]
            == {"COMPLETE": "succeeded", "FAIL": "failed", "PRUNED": "stopped_early"}[their.state.name]
        )
    assert {t["state"] for t in ours["trials"]} == {"succeeded", "failed", "stopped_early"}
    specs = {s.name: s for s in workspace.job(ours["id"]).config.hyper_tuning.parameter_specs}
    assert (specs["lr"].min_value, specs["lr"].scale_type) == (1e-5, "UNIT_LOG_SCALE")
    assert specs["dropout"].discrete_values == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
    assert specs["batch"].discrete_values == (16, 32, 64)
    assert specs["kind"].categorical_values == ("adam", "sgd")
    assert "nesterov" in done.err
    assert "1" in done.err  # the trial that still runs


def test_that_an_imported_job_cannot_run_but_serves_as_history(workspace: Workspace, tmp_path: Path) -> None:
    made = optuna.create_study(storage=f"sqlite:///{tmp_path}/x.db", direction="maximize")
    made.optimize(lambda trial: -((trial.suggest_float("x", 0, 1) - 0.7) ** 2), n_trials=12)
    job = workspace.run("import", str(tmp_path / "x.db"), "--metric", "score", "--json").json()["id"]
    for command in (["continue", job, "--trials", "2"], ["rerun", job, "1"]):
        refused = workspace.run(*command)
        assert refused.code == 2
        assert f"--history {job}" in refused.err
    workspace.write(max_job_count=1, algorithm="Bayesian")
    followed = workspace.tune("--history", job)
    assert followed["trials"][0]["origin"] == "model"  # the history replaces the initial design


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        ("UPDATE version_info SET schema_version = 11", "schema version"),
        ("INSERT INTO study_directions VALUES (9, 'MINIMIZE', 1, 1)", "2"),
        ("DELETE FROM studies", "study"),
        ("DROP TABLE trials", "Optuna"),
    ],
)
def test_that_an_unreadable_storage_is_refused_with_a_message(
    workspace: Workspace, tmp_path: Path, break_it: str, said: str
) -> None:
    study(tmp_path / "study.db", trials=2)
    with sqlite3.connect(tmp_path / "study.db") as storage:
        storage.execute(break_it)
    done = workspace.run("import", str(tmp_path / "study.db"))
    assert done.code == 2
    assert said in done.err
    assert workspace.run("jobs", "--json").json() == {"jobs": []}


def test_that_one_of_several_studies_is_selected_by_name(workspace: Workspace, tmp_path: Path) -> None:
    study(tmp_path / "s.db", "first", 2)
    study(tmp_path / "s.db", "second", 3)
    refused = workspace.run("import", str(tmp_path / "s.db"))
    assert "first, second" in refused.err
    assert "--study" in refused.err
    chosen = workspace.run("import", str(tmp_path / "s.db"), "--study", "second", "--name", "other", "--json")
    assert (chosen.json()["name"], len(chosen.json()["trials"])) == ("other", 3)


def test_that_optuna_loads_and_continues_an_exported_job(workspace: Workspace, tmp_path: Path) -> None:
    specs = [
        UNIT,
        {"name": "n", "type": "INTEGER", "min_value": 1, "max_value": 64, "scale_type": "UNIT_LOG_SCALE"},
        {"name": "b", "type": "DISCRETE", "discrete_values": [0.5, 1, 2]},
        {"name": "c", "type": "CATEGORICAL", "categorical_values": ["on", "off"]},
    ]
    workspace.write(specs=specs, max_job_count=4)
    ours = workspace.insert(points=3)
    (tmp_path / "journal.log").write_text(
        workspace.run("export", "last", "--format", "optuna").out, encoding="utf-8"
    )
    storage = JournalStorage(JournalFileBackend(str(tmp_path / "journal.log")))
    theirs = optuna.load_study(study_name=None, storage=storage)
    assert theirs.direction.name == "MAXIMIZE"
    trials = workspace.trials(ours.id)
    assert [t.params for t in theirs.trials] == [t.parameters for t in trials]
    assert [t.value for t in theirs.trials] == [t.value for t in trials]
    assert theirs.trials[0].distributions["n"] == optuna.distributions.IntDistribution(1, 64, log=True)
    theirs.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    assert len(theirs.trials) == 5


def pruned_study(file: Path) -> optuna.Study:
    """A study in which a real pruner stops trials: each reports ten values."""
    made = optuna.create_study(
        storage=f"sqlite:///{file}",
        direction="maximize",
        sampler=optuna.samplers.RandomSampler(seed=3),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=2),
    )

    def objective(trial: optuna.Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        for step in range(10):
            trial.report(x * step, step)
            if trial.should_prune():
                raise optuna.TrialPruned
        return x * 9

    made.optimize(objective, n_trials=10)
    return made


def test_that_pruned_trials_come_back_to_optuna_as_they_were(workspace: Workspace, tmp_path: Path) -> None:
    before = pruned_study(tmp_path / "pruned.db")
    assert {t.state.name for t in before.trials} == {"COMPLETE", "PRUNED"}
    imported = workspace.run("import", str(tmp_path / "pruned.db"), "--metric", "score", "--json").json()
    for mine, their in zip(imported["trials"], before.trials, strict=True):
        if their.state.name == "PRUNED":
            count = len(their.intermediate_values)
            reports = "report" if count == 1 else "reports"
            assert mine["reason"] == f"Pruned by Optuna after {count} {reports}."
            assert mine["value"] == mine["metrics"]["score"][-1]
    assert imported["best"]["value"] == before.best_value
    (tmp_path / "journal.log").write_text(
        workspace.run("export", "last", "--format", "optuna").out, encoding="utf-8"
    )
    storage = JournalStorage(JournalFileBackend(str(tmp_path / "journal.log")))
    after = optuna.load_study(study_name=None, storage=storage)
    assert [t.state for t in after.trials] == [t.state for t in before.trials]
    assert [t.value for t in after.trials] == [t.value for t in before.trials]
    assert [t.intermediate_values for t in after.trials] == [t.intermediate_values for t in before.trials]


def test_that_a_trial_that_was_stopped_early_is_pruned_in_optuna(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Optuna gives a pruned trial its last value, unless that is not a finite number."""
    database = workspace.database()
    stopped = TrialState.STOPPED_EARLY
    a_timed_job(
        database,
        Ran(0, 9, [0.1, 0.2], stopped),
        Ran(0, 9, [0.1, math.nan], stopped),
        Ran(0, 9, [0.5, 0.9]),
    )
    database.close()
    (tmp_path / "journal.log").write_text(
        workspace.run("export", "last", "--format", "optuna").out, encoding="utf-8"
    )
    storage = JournalStorage(JournalFileBackend(str(tmp_path / "journal.log")))
    theirs = optuna.load_study(study_name=None, storage=storage)
    assert [t.state.name for t in theirs.trials] == ["PRUNED", "PRUNED", "COMPLETE"]
    assert [t.value for t in theirs.trials] == [0.2, None, 0.9]
    assert theirs.trials[0].intermediate_values == {0: 0.1, 1: 0.2}
    assert math.isnan(theirs.trials[1].intermediate_values[1])
    assert theirs.best_trial.number == 2


def test_that_trials_that_were_enqueued_are_known_sets_of_the_job(
    workspace: Workspace, tmp_path: Path
) -> None:
    made = study(tmp_path / "study.db")
    made.enqueue_trial({"lr": 0.01, "kind": "sgd", "batch": 32, "nesterov": True, "gone": 3})
    made.enqueue_trial({"layers": 12})
    done = workspace.run("import", str(tmp_path / "study.db"), "--json")
    assert "2 waiting trials are known sets" in done.err
    known = workspace.job(done.json()["id"]).local.known
    assert [each.parameters for each in known] == [
        {"lr": 0.01, "kind": "sgd", "batch": 32, "nesterov": "True"},
        {"layers": 12},
    ]
