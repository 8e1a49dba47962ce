"""Malformed command lines."""

from __future__ import annotations

import random

from support.workspace import Workspace

_WORDS = (
    "check", "jobs", "show", "trials", "logs", "cancel", "rerun", "continue", "delete", "export", "backup",
    "restore", "engine", "status", "gear", "run", "hypertuning", "schema", "--json", "--lang", "zh", "--yes",
    "--help", "--", "-", "", " ", "last", "--where", "x > ", "__import__('os')", "x == '", "--trial", "-1", "1e9",
    "999999999999999999999", "../../etc/passwd", "/dev/null", "/dev/full", "/", ".", "\x1b[2J", "名", "%s%n", "{}",
    "{0.__class__}", "a" * 5000, "--columns", "--sort", "--form", "csv", "--out", "--seed", "nan", "--gpus", "0,,1",
    "--data", "x:/a:rw:rw", "*", "%", "_", "'; DROP TABLE jobs; --", "--version", "-h",
)  # fmt: skip
_NOT = {"gui", "start", "host"}


def arguments(rng: random.Random) -> list[str]:
    """Random arguments."""
    return [rng.choice(_WORDS) for _ in range(rng.randint(0, 6))]


def check(rng: random.Random, workspace: Workspace) -> None:
    """Run a command; it must exit with a documented code and without a traceback."""
    words = arguments(rng)
    done = workspace.run(*words, timeout=60)
    assert done.code in (0, 1, 2), (words, done)
    assert "Traceback" not in done.err, (words, done.err)
    assert "Unexpected error" not in done.err, (words, done.err)
