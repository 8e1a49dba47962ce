"""The search's process when the engine that asked it is gone."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

from bayescore.config import Algorithm, load_text
from bayescore.engine.search_worker import Question
from bayescore.search import SearchSpace
from support.builders import FILE


def the_question() -> bytes:
    config = load_text(FILE).config
    assert config is not None
    tuning = config.hyper_tuning
    space = SearchSpace(tuning.parameter_specs)
    return pickle.dumps(Question(space, tuning.goal, (), 1, 1, Algorithm.BAYESIAN, False))


@pytest.mark.parametrize("part", [1.0, 0.5])
def test_that_it_ends_quietly_when_its_engine_is_killed(part: float) -> None:
    asked = the_question()
    worker = subprocess.Popen(
        [sys.executable, "-m", "bayescore.engine.search_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    assert worker.stderr is not None
    worker.stdout.close()
    worker.stdin.write(asked[: int(len(asked) * part)])
    worker.stdin.close()
    assert worker.wait(120) == 0
    assert worker.stderr.read() == b""
    worker.stderr.close()
