"""What must hold after every run, checked in the store, on the disk, and among the processes."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from bayescore.config import Algorithm
from bayescore.search import SearchSpace, suggest
from bayescore.store import Trial, TrialState, events, points
from bayescore.trials import TrialFolder
from faults import program, steering
from faults.world import SECRET, World

_REFUSALS = ("A report was not taken", "Failed to report", "could not be written here")


def violations(world: World) -> Iterator[str]:
    """Descriptions of everything that does not hold."""
    yield from _end(world)
    yield from _numbers_and_parameters(world)
    yield from _points(world)
    yield from _stops(world)
    yield from steering.violations(world)
    if world.plan.runner == "process":
        yield from _gpus(world)
    yield from _remains(world)
    if world.cluster is not None:
        yield from _cluster(world)
    yield from _files(world)
    yield from _store(world)
    yield from _logs(world)


def _end(world: World) -> Iterator[str]:
    job = world.workspace.job(world.job)
    allowed = {"succeeded", *(end for _at, fault in world.plan.faults for end in fault.ends)}
    if job.state not in allowed:
        yield f"the job ended as {job.state}: {job.reason}"
    for trial in world.trials():
        if not trial.state.ended:
            yield f"trial {trial.number} is {trial.state} after the end"
        elif trial.state is not _expected_end(world, trial) and not world.plan.any("fails"):
            yield f"trial {trial.number} is {trial.state}: {trial.reason}"
        elif trial.state is TrialState.FAILED and trial.reason is None:
            yield f"trial {trial.number} failed without a reason"


def _expected_end(world: World, trial: Trial) -> TrialState:
    is_stopped = program.diverges(world.plan.behaviour, trial.parameters["x"])
    return TrialState.STOPPED_EARLY if is_stopped else TrialState.SUCCEEDED


def _numbers_and_parameters(world: World) -> Iterator[str]:
    found = world.trials()
    if [t.number for t in found] != list(range(1, len(found) + 1)):
        yield f"numbers are {[t.number for t in found]}"
    if world.workspace.job(world.job).state == "succeeded" and len(found) != steering.trials_expected(world):
        yield f"{len(found)} trials instead of {steering.trials_expected(world)}"
    twice = [x for x, count in Counter(t.parameters["x"] for t in found).items() if count > 1]
    if twice:
        yield f"parameters were tried twice: {twice}"
    job = world.workspace.job(world.job)
    space = SearchSpace(job.config.hyper_tuning.parameter_specs)
    algorithm = job.config.hyper_tuning.algorithm
    searched = [t for t in found if t.origin != "by_hand"]
    if algorithm is Algorithm.GRID:
        expected = [point for point, _ in zip(space.grid(), searched, strict=False)]
        if [t.parameters for t in searched] != expected:
            yield "the grid was not walked in its order"
    if algorithm is Algorithm.RANDOM:
        from bayescore.engine.suggester import observation

        for index, trial in enumerate(found):
            if trial not in searched:
                continue
            seen = [observation(t, job) for t in found[:index]]
            asked = suggest(
                space,
                job.config.hyper_tuning.goal,
                seen,
                job.submission.seed,
                trial.number,
                algorithm=algorithm,
            )
            if asked.parameters != trial.parameters:
                yield f"trial {trial.number} has other parameters than the seed gives"


def _journal(world: World, trial: Trial) -> list[dict[str, Any]]:
    """What the newest attempt of a trial has written down."""
    x = trial.parameters["x"]
    own = world.workspace.data.trial(world.job, trial.number) / "output" / "journal.jsonl"
    file = own if world.plan.in_containers else world.journals / f"{x!r}.jsonl"
    lines: list[dict[str, Any]] = []
    with suppress(FileNotFoundError):
        for line in file.read_text().splitlines():
            with suppress(ValueError):
                lines.append(json.loads(line))
    starts = [i for i, line in enumerate(lines) if "began" in line]
    if len(starts) > trial.attempt:
        return [{"twice": len(starts)}]
    return lines[starts[-1] :] if starts else []


def _points(world: World) -> Iterator[str]:
    for trial in world.trials():
        with world.workspace.database().read() as connection:
            stored = points.of_trial(connection, trial)
        journal = _journal(world, trial)
        if any("twice" in line for line in journal):
            yield f"trial {trial.number} began {journal[0]['twice']} times in {trial.attempt} attempts"
            continue
        whole = program.expected(trial.parameters["x"], world.plan.behaviour)
        for metric, values in stored.items():
            sound = metric in whole and program.is_prefix(values, whole[metric])
            if not sound and not world.plan.any("loses"):
                yield f"trial {trial.number}: {metric} is {values}"
        log = TrialFolder(world.workspace.data.trial(world.job, trial.number)).log
        said = log.read_text(errors="replace")[-100_000:] if log.exists() else ""
        if world.plan.any("loses") and any(word in said for word in _REFUSALS):
            continue
        for metric in program.METRICS:
            written = [line["value"] for line in journal if line.get("metric") == metric]
            if len(stored.get(metric, [])) < len(written):
                yield f"trial {trial.number}: {len(stored.get(metric, []))} of {len(written)} points of {metric}"
        if trial.state is TrialState.SUCCEEDED and stored != whole:
            yield f"trial {trial.number} succeeded with { {k: len(v) for k, v in stored.items()} } points"


def _stops(world: World) -> Iterator[str]:
    """Whether each stop was stored once, before its signal, and nothing began again after it."""
    stops = world.stops()
    for trial in world.trials():
        its = [stop for stop in stops if stop.number == trial.number]
        if [stop.change for stop in its] not in ([], ["stored"]):
            yield f"trial {trial.number}: its stop was {[(s.attempt, s.change) for s in its]}"
        if (trial.state is TrialState.STOPPED_EARLY) != bool(its):
            yield f"trial {trial.number} is {trial.state}, and its stops are {its}"
        if its and its[0].attempt != trial.attempt:
            yield f"trial {trial.number} was stopped in attempt {its[0].attempt} of {trial.attempt}"
        with world.workspace.reading() as connection:
            happened = events.of_job(connection, world.job)
        told = [e.kind for e in happened if e.trial == trial.number].count("trial_stopped_early")
        if told != len(its):
            yield f"trial {trial.number} was stopped {len(its)} times, which {told} events tell"
        for line in _journal(world, trial):
            if (
                line.get("stopped")
                and not (its and its[0].at <= line["wall"])
                and not world.plan.any("fails")
            ):
                yield f"trial {trial.number} got its signal at {line['wall']}, its stops are {its}"
            if "began" in line and its and line["wall"] > its[0].at:
                yield f"trial {trial.number} began at {line['wall']}, after its stop at {its[0].at}"


def _gpus(world: World) -> Iterator[str]:
    """Whether a GPU ever had more programs than it may: from when each program wrote its first and last line."""
    moments: dict[str, list[tuple[float, int]]] = {}
    for file in world.journals.glob("*.jsonl"):
        lines = [json.loads(line) for line in file.read_text().splitlines() if line.endswith("}")]
        starts = [i for i, line in enumerate(lines) if "began" in line]
        for first, behind in pairwise([*starts, len(lines)]):
            held = [gpu for gpu in lines[first]["gpus"].split(",") if gpu]
            if len(held) != 1:
                yield f"{file.name} began on {held}"
            for gpu in held:
                moments.setdefault(gpu, []).append((lines[first]["at"], 1))
                moments[gpu].append((lines[behind - 1]["at"], -1))
    for gpu, changes in moments.items():
        most = max(accumulate(change for _at, change in sorted(changes)))
        if most > world.trials_per_gpu:
            yield f"{most} programs at once had {gpu}"


def _remains(world: World) -> Iterator[str]:
    try:
        world.wait(lambda: not world.trial_processes(), "", seconds=30)
    except TimeoutError:
        yield f"processes are left: {world.trial_processes()}"
    try:
        world.wait(lambda: not world.all_containers(), "", seconds=30)
    except TimeoutError:
        yield f"containers are left: {world.all_containers()}"
    with sqlite3.connect(world.workspace.data.database) as connection:
        (held,) = connection.execute("SELECT count(*) FROM leases").fetchone()
    if held:
        yield f"{held} leases are left"


def _cluster(world: World) -> Iterator[str]:
    """Whether nodes keep no files, and no trial was given up too early."""
    if world.plan.any("network"):
        again = [t.number for t in world.trials() if t.attempt > 1]
        if again:
            yield f"trials were begun again after a short cut: {again}"
    gone = {"c"} if world.cluster is not None and "c" not in world.cluster.nodes else set()
    left = [
        path
        for path in (world.root / "agents").glob("*/*/jobs/*/trials/*")
        if path.is_dir() and path.parents[3].name not in gone
    ]
    try:
        world.wait(lambda: not [path for path in left if path.exists()], "", seconds=20)
    except TimeoutError:
        yield f"nodes keep {left}"


def _files(world: World) -> Iterator[str]:
    for path in (world.workspace.data.job(world.job) / "trials").rglob("*"):
        if path.lstat().st_uid != os.getuid():
            yield f"{path} belongs to {path.lstat().st_uid}"


def _store(world: World) -> Iterator[str]:
    with sqlite3.connect(world.workspace.data.database) as connection:
        said = connection.execute("PRAGMA integrity_check").fetchall()
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    if said != [("ok",)] or broken:
        yield f"the store is damaged: {said} {broken}"


def _logs(world: World) -> Iterator[str]:
    with sqlite3.connect(world.workspace.data.database) as connection:
        tokens = [token for (token,) in connection.execute("SELECT token FROM trials")]
    for file in (world.workspace.data.engine_log, world.workspace.data.root / "engine.stderr"):
        said = _text(file)
        if SECRET in said or any(token in said for token in tokens):
            yield f"{file.name} holds a token or a secret"
        if "Traceback" in said:
            yield f"{file.name} holds a traceback: {said[said.index('Traceback') :][-1500:]}"


def _text(file: Path) -> str:
    return file.read_text(errors="replace") if file.exists() else ""
