"""The command line as people and scripts use it."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from support import commands
from support.programs import wait_for
from support.workspace import BIN, REPORT_X, Workspace

# ---- lists of jobs


def test_that_jobs_are_edited_and_found_by_tag_words_and_archive(workspace: Workspace) -> None:
    workspace.write()
    first, second = workspace.insert().id, workspace.insert().id

    def listed(*options: str) -> list[str]:
        return [line.split("\t")[0] for line in workspace.run("jobs", *options).out.splitlines()[1:]]

    assert listed() == [second, first]
    done = workspace.run("edit", first, "--name", "baseline", "--note", "第一次 try", "--tag", "paper")
    assert (done.code, done.out) == (0, "1 job has been changed.\n")
    assert workspace.run("edit", first, second, "--tag", "v2,old", "--untag", "PAPER").code == 0
    shown = next(
        csv.DictReader(io.StringIO(workspace.run("jobs", "--search", "第一次 #v2").out), delimiter="\t")
    )
    assert (shown["name"], shown["tags"], shown["note"]) == ("baseline", "v2, old", "第一次 try")
    assert listed("--tag", "V2") == [second, first]
    assert listed("--tag", "paper") == []
    assert workspace.run("edit", second, "--archive").code == 0
    assert listed() == [first]
    assert listed("--archived") == [second, first]
    found = workspace.run("jobs", "--archived", "--json").json()["jobs"]
    assert [(j["archived"], j["tags"]) for j in found] == [(True, ["v2", "old"]), (False, ["v2", "old"])]
    assert workspace.run("edit", "baseline", "--archive").code == 0
    assert workspace.run("edit", first, second, "--unarchive").code == 0
    assert listed() == [second, first]


def test_that_any_trial_can_be_the_baseline(workspace: Workspace) -> None:
    workspace.write(max_job_count=3)
    job = workspace.insert()
    assert workspace.run("show", job.id, "--json").json()["baseline"] is None
    assert workspace.run("edit", job.id, "--baseline", "2").code == 0
    assert workspace.run("show", job.id, "--json").json()["baseline"] == 2
    assert "better than trial 2" in workspace.run("show", job.id).out
    refused = workspace.run("edit", job.id, "--baseline", "4")
    assert (refused.code, "trial 4" in refused.err) == (2, True)
    assert workspace.run("edit", job.id, "--baseline", "0").code == 0
    assert "better than" not in workspace.run("show", job.id).out


@pytest.mark.parametrize("options", [(), ("--name", " "), ("--tag", "x" * 60)])
def test_that_an_edit_without_a_valid_change_is_refused(
    workspace: Workspace, options: tuple[str, ...]
) -> None:
    workspace.write()
    job = workspace.insert()
    assert workspace.run("edit", job.id, *options).code == 2
    assert workspace.job(job.id) == job


# ---- check


def test_that_check_says_that_a_job_could_start(workspace: Workspace) -> None:
    workspace.write()
    done = workspace.run("check")
    assert done.code == 0
    assert "could start" in done.out
    assert done.err == ""


def test_that_check_prints_each_problem_with_its_position(workspace: Workspace) -> None:
    file = workspace.write(goal="MAXIMISE", max_job_count=0)
    done = workspace.run("check", str(file))
    assert done.code == 2
    lines = [line for line in done.out.splitlines() if ": error: " in line]
    assert len(lines) == 2
    for line in lines:
        place, _, rest = line.partition(": error: ")
        name, row, column = place.rsplit(":", 2)
        assert name == str(file)
        assert (int(row), int(column) > 1) == (1, True)
        assert rest.endswith("]")
    as_json = workspace.run("check", "--json").json()
    assert as_json["ok"] is False
    assert {p["code"] for p in as_json["problems"] if p["severity"] == "error"} == {
        "unknown-spelling",
        "max-job-count-range",
    }


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"\x00" * 100, b"a: [", b"\xef\xbb\xbf", b"- " * 5000, b"{" * 5000, b"a: &a [*a]"],
    ids=lambda c: repr(c[:8]),
)
def test_that_check_reads_any_bytes_without_a_traceback(workspace: Workspace, content: bytes) -> None:
    workspace.project.mkdir()
    (workspace.project / "openbayes.yaml").write_bytes(content)
    (workspace.project / "openbayes.local.yaml").write_bytes(content)
    done = workspace.run("check")
    assert done.code == 2
    assert "Traceback" not in done.out + done.err
    assert "openbayes.yaml" in done.out


def test_that_the_error_about_a_missing_file_says_what_to_do(workspace: Workspace) -> None:
    workspace.project.mkdir()
    done = workspace.run("check")
    assert (done.code, done.out) == (2, "")
    assert "bayesdesk init" in done.err


# ---- new projects


def test_that_init_writes_a_project_that_checks_and_never_replaces_one(workspace: Workspace) -> None:
    workspace.project.mkdir()
    assert workspace.run("init").code == 0
    assert workspace.run("check").code == 0
    before = (workspace.project / "openbayes.yaml").read_bytes()
    again = workspace.run("init")
    assert again.code == 2
    assert "openbayes.yaml" in again.err
    assert (workspace.project / "openbayes.yaml").read_bytes() == before
    assert workspace.run("init", "--from", "list").out.split() == ["digits", "epochs", "guide"]
    assert "digits" in workspace.run("init", "--from", "nothing").err


def test_that_gear_init_names_the_jobs(workspace: Workspace) -> None:
    workspace.write(max_job_count=1)
    assert workspace.run("gear", "init", "我的项目").code == 0
    gear = yaml.safe_load((workspace.project / ".openbayesgear").read_text(encoding="utf-8"))
    assert gear == {"id": "", "name": "我的项目", "jid": ""}
    assert workspace.tune()["name"] == "我的项目"


def test_that_a_wrong_file_starts_nothing(workspace: Workspace) -> None:
    workspace.write(goal="UP")
    done = workspace.run("gear", "run", "hypertuning", "--json")
    assert (done.code, done.out) == (2, "")
    assert "unknown-spelling" in done.err
    assert workspace.run("jobs", "--json").json() == {"jobs": []}


def test_that_options_override_the_file(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "x.txt").write_text("bound")
    program = "import os, sys; from openbayestool import log_metric\nlog_metric('score', 1)\nprint(sys.argv, open(os.environ['OPENBAYES_INPUT2'] + '/x.txt').read())\n"
    workspace.write(max_job_count=1, files={"other.py": program})
    done = workspace.run(
        *("gear", "run", "hypertuning", "--json", "-d", f"{tmp_path / 'set'}:/input2:rw"),
        *("-e", "python-3.12", "-r", "rtx-4090", "-m", "note", "--seed", "7"),
        *("--", "python", "other.py", "a b"),
    )
    job = done.json()
    assert job["state"] == "succeeded", job["reason"]
    said = workspace.run("logs", job["id"], "1").out
    assert "'a b'" in said
    assert "bound" in said
    stored = workspace.job(job["id"]).submission
    assert (stored.seed, stored.message, stored.config.env) == (7, "note", "python-3.12")
    assert stored.inputs[0].writable


def test_that_data_without_a_folder_is_an_error_before_anything_runs(workspace: Workspace) -> None:
    workspace.write(root={"bindings": ["me/set/1:/input0"]})
    done = workspace.run("gear", "run", "hypertuning")
    assert done.code == 2
    assert "me/set/1" in done.err
    assert "openbayes.local.yaml" in done.err
    wrong = workspace.run("gear", "run", "hypertuning", "-d", "nonsense")
    assert wrong.code == 2
    assert "DATA:PATH" in wrong.err


# ---- reading


def test_that_the_json_of_a_job_has_the_documented_keys(finished: Workspace) -> None:
    job = finished.run("show", "last", "--json").json()
    assert list(job) == [
        "id", "name", "state", "reason", "goal", "metric", "algorithm", "max_job_count", "parallel_count",
        "created_at", "ended_at", "note", "tags", "archived", "best", "baseline", "trials", "environment",
        "beliefs",
    ]  # fmt: skip
    assert list(job["best"]) == ["trial", "value", "parameters"]
    for trial in job["trials"]:
        assert list(trial) == [
            "number", "state", "reason", "exit_code", "origin", "parameters", "value", "metrics", "gpus",
            "started_at", "ended_at", "early_stop", "end_forecast",
        ]  # fmt: skip
        assert list(trial["parameters"]) == ["x", "n", "d", "c"]
        assert trial["metrics"]["score"] == [trial["value"]]
        began, ended = (datetime.fromisoformat(trial[k]) for k in ("started_at", "ended_at"))
        assert began.tzinfo is not None
        assert began <= ended
    assert job["best"]["value"] == max(t["value"] for t in job["trials"])


def test_that_a_job_is_found_by_id_start_of_id_name_and_as_the_last(finished: Workspace) -> None:
    job = finished.run("show", "last", "--json").json()["id"]
    for word in (job, job[:4], "project"):
        assert finished.run("show", word, "--json").json()["id"] == job
    missing = finished.run("show", "zzzz")
    assert missing.code == 2
    assert "bayesdesk jobs" in missing.err


def test_that_jobs_and_show_print_the_best_trial(finished: Workspace) -> None:
    listed = finished.run("jobs").out
    assert "6/6" in listed
    assert "第一次" in listed
    shown = finished.run("show", "last").out
    assert "succeeded" in shown
    assert "Best: trial" in shown


def test_that_trials_are_sorted_and_filtered(finished: Workspace) -> None:
    def numbers(*options: str) -> list[int]:
        return [t["number"] for t in finished.run("trials", "last", "--json", *options).json()["trials"]]

    everything = finished.run("show", "last", "--json").json()["trials"]
    by_value = [t["number"] for t in sorted(everything, key=lambda t: -t["value"])]
    assert numbers("--sort", "-value") == by_value
    assert numbers("--sort", "-score") == by_value
    assert numbers("--sort", "loss") == by_value
    expected = [t["number"] for t in everything if t["parameters"]["c"] == "on" and t["value"] > 0.2]
    assert numbers("--where", 'c == "on" and value > 0.2') == expected
    assert numbers("--where", "not number <= 3") == [4, 5, 6]
    table = finished.run("trials", "last").out.splitlines()
    assert table[0].split("\t") == ["#", "state", "score", "x", "n", "d", "c", "reason"]
    assert len(table) == 7


@pytest.mark.parametrize("where", ["", "value >", "__import__('os')", "value.__class__", "(lambda: 1)()"])
def test_that_an_invalid_condition_is_refused(finished: Workspace, where: str) -> None:
    done = finished.run("trials", "last", "--where", where)
    if where:
        assert done.code == 2
        assert "not a valid condition" in done.err
    assert "Traceback" not in done.err


def test_that_the_error_about_an_unknown_column_lists_the_columns(finished: Workspace) -> None:
    done = finished.run("trials", "last", "--sort", "nothing")
    assert done.code == 2
    assert "score" in done.err


@pytest.mark.parametrize(
    "option", [("--where", "scoer > 0.5"), ("--where", "x < 1 or not scoer"), ("--sort", "-scoer")]
)
def test_that_a_misspelt_column_is_an_error_with_the_nearest_name(
    finished: Workspace, option: tuple[str, str]
) -> None:
    done = finished.run("trials", "last", *option)
    assert (done.code, done.out) == (2, "")
    assert "“scoer”; did you mean “score”?" in done.err


def test_that_a_text_without_quotes_is_an_error_that_explains_them(finished: Workspace) -> None:
    done = finished.run("trials", "last", "--where", "state == succeeded")
    assert done.code == 2
    assert "“succeeded”. A text is in quotes." in done.err


def test_that_logs_are_printed_unchanged(finished: Workspace) -> None:
    assert finished.run("logs", "last", "1").out.startswith("训练 ")
    assert finished.run("logs", "last", "9").code == 2


def test_that_a_log_is_followed_until_the_trial_ends(workspace: Workspace, tmp_path: Path) -> None:
    go = tmp_path / "go"
    wait = f"print('waiting', flush=True)\n{wait_for(go)}print('done')\n"
    workspace.write(REPORT_X + wait, max_job_count=1)
    job = workspace.begin()
    workspace.wait_running(job, 1)
    following = workspace.start("logs", job, "1", "-f")
    assert following.stdout is not None
    assert following.stdout.readline() == "waiting\n"
    go.touch()
    rest, _ = following.communicate(timeout=30)
    assert (following.returncode, rest) == (0, "done\n")


# ---- engine, doctor, language


def test_that_the_engine_commands_print_its_status(workspace: Workspace) -> None:
    idle = workspace.run("engine", "status", "--json").json()
    assert idle["running"] is False
    assert idle["data_folder"] == str(workspace.data.root)
    started = workspace.run("engine", "start", "--json").json()
    assert started["running"] is True
    assert list(started) == ["running", "pid", "since", "listener", "version", "data_folder"]
    assert os.path.exists(f"/proc/{started['pid']}")  # noqa: PTH110
    assert workspace.run("engine", "status").out.count(str(started["pid"])) == 1
    assert workspace.run("engine", "stop", "--json").json()["running"] is False


def test_that_a_stopped_engine_is_said_to_be_stopped_until_it_is_started(workspace: Workspace) -> None:
    assert "it starts when it is needed" in workspace.run("engine", "status").out
    workspace.run("engine", "start")
    assert "The engine is stopped" in workspace.run("engine", "stop").out
    assert "The engine is stopped" in workspace.run("engine", "status").out
    assert "The engine is running" in workspace.run("engine", "start").out


def test_that_a_failed_job_exits_with_1_and_json_alone_on_standard_output(workspace: Workspace) -> None:
    workspace.write("raise SystemExit(3)\n")
    done = workspace.run("gear", "run", "hypertuning", "--json")
    assert done.code == 1
    assert done.json()["state"] == "failed"
    assert "trial 1 failed" in done.err


def test_that_doctor_checks_this_machine(containers: Workspace) -> None:
    from support.docker_engine import IMAGE

    done = containers.run("doctor", "--json", "--image", IMAGE)
    checks = {c["topic"]: c for c in done.json()["checks"]}
    assert checks["docker"]["grade"] == "ok"
    assert checks["reach"]["grade"] == "ok", checks["reach"]
    assert {"python", "data", "disk", "docker", "images", "reach", "gpus"} <= set(checks)
    plain = containers.run("doctor", "--image", IMAGE)
    assert plain.code == 0
    assert "Docker" in plain.out


def test_that_doctor_shows_how_to_fix_what_is_missing(workspace: Workspace) -> None:
    done = workspace.run("doctor", env={"DOCKER_HOST": "unix:///nowhere.sock"})
    assert done.code == 0
    assert "systemctl start docker" in done.out
    file = workspace.root / "file"
    file.write_text("not a folder")
    env = {"DOCKER_HOST": "unix:///nowhere.sock", "BAYESDESK_HOME": str(file)}
    broken = workspace.run("doctor", env=env)
    assert broken.code == 1
    assert "BAYESDESK_HOME" in broken.out


@pytest.mark.parametrize("which", ["openbayes", "local"])
def test_that_schemas_are_printed(workspace: Workspace, which: str) -> None:
    schema = workspace.run("schema", which).json()
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["properties"]


def test_that_the_output_is_chinese_when_it_is_chosen(finished: Workspace) -> None:
    for done in (
        finished.run("show", "last", env={"LANG": "zh_CN.UTF-8"}),
        finished.run("--lang", "zh", "show", "last"),
    ):
        assert "已完成" in done.out
    assert "列出任务的各次执行" in finished.run("--help", env={"LANG": "zh_CN.UTF-8"}).out
    assert "succeeded" in finished.run("show", "last", env={"LANG": "de_DE.UTF-8"}).out
    wrong = finished.run("show", "zzzz", env={"LANG": "zh_CN.UTF-8"})
    assert "没有" in wrong.err


def test_that_help_is_printed_and_wrong_usage_is_an_error(workspace: Workspace) -> None:
    assert workspace.run("--help").code == 0
    assert workspace.run("--version").out.startswith("bayesdesk ")
    wrong = workspace.run("gear", "run", "hypertuning", "--nonsense")
    assert wrong.code == 2
    assert "--nonsense" in wrong.err
    module = subprocess.run([sys.executable, "-m", "bayescore", "--version"], capture_output=True, text=True)
    assert module.stdout.startswith("bayesdesk ")


def test_that_the_window_can_be_opened_from_the_command_line(workspace: Workspace) -> None:
    asked = workspace.run("gui", "--help")
    assert asked.code == 0
    started = subprocess.run(
        [sys.executable, "-m", "bayesdesk.app", "--version"], capture_output=True, text=True, timeout=60
    )
    assert started.stdout.startswith("bayesdesk ")


def test_that_a_damaged_store_is_one_message(workspace: Workspace) -> None:
    (workspace.root / "home").mkdir()
    (workspace.data.database).write_bytes(b"rubbish" * 1000)
    done = workspace.run("jobs")
    assert done.code == 1
    assert "damaged" in done.err
    assert "Traceback" not in done.err


def test_that_a_live_table_is_shown_on_a_terminal(workspace: Workspace) -> None:
    workspace.write(max_job_count=2)
    shown, code = commands.on_terminal(
        [BIN / "bayesdesk", "gear", "run", "hypertuning", "--yes"],
        workspace.project,
        workspace._environment({"TERM": "xterm"}),
    )
    assert code == 0
    text = shown.decode()
    assert "of 2 trials" in text
    assert "Best: trial" in text
    assert "Traceback" not in text
