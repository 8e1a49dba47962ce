"""Computes suggestions and judges curves in another process, so that the listener always answers at once.

Run as a module this is that process: it reads pickled questions from its standard input and writes
pickled answers until the input is closed.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import IO, Any, Protocol, TypeVar

from bayescore.config import Algorithm, Belief, Goal
from bayescore.search import Observation, SearchSpace, Suggestion, suggest
from bayescore.search.curves import Curve, CurveVerdict, StopRule, forecast_curve, judge_curve

A_co = TypeVar("A_co", covariant=True)
A = TypeVar("A")


class Answerable(Protocol[A_co]):
    """A question that can be sent to the process: the arguments of a pure function."""

    @property
    def is_quick(self) -> bool:
        """Whether the answer takes microseconds, so that it need not be sent."""

    def answer(self) -> A_co:
        """Call the function."""


@dataclass(frozen=True)
class Failure:
    """An error of the process in place of an answer."""

    message: str


@dataclass(frozen=True)
class Question:
    """The arguments of one call of :func:`suggest`.

    Attributes
    ----------
    curves, stopped
        Curves of trials that have ended; and of each trial that was stopped early, its position among
        ``trials`` and that of its curve. The search gets a forecast with what all curves teach by now.
    """

    space: SearchSpace
    goal: Goal
    trials: tuple[Observation, ...]
    seed: int
    number: int
    algorithm: Algorithm
    stop_when_exhausted: bool
    curves: tuple[Curve, ...] = ()
    stopped: tuple[tuple[int, int], ...] = ()
    expected: Mapping[str, Belief] = field(default_factory=dict)

    @property
    def is_quick(self) -> bool:
        """Only the Bayesian search fits a model."""
        return self.algorithm is not Algorithm.BAYESIAN

    def answer(self) -> Suggestion:
        """The suggestion."""
        return suggest(
            self.space,
            self.goal,
            self._forecast_again(),
            self.seed,
            self.number,
            algorithm=self.algorithm,
            stop_when_exhausted=self.stop_when_exhausted,
            expected=self.expected,
        )

    def _forecast_again(self) -> list[Observation]:
        trials = list(self.trials)
        for position, index in self.stopped:
            found = forecast_curve(self.space, self.goal, self.curves, index)
            if found is not None:
                trials[position] = replace(trials[position], value=found.mean, deviation=found.deviation)
        return trials


@dataclass(frozen=True)
class CurveQuestion:
    """The arguments of one call of :func:`judge_curve`."""

    space: SearchSpace
    goal: Goal
    curves: tuple[Curve, ...]
    index: int
    rule: StopRule
    seed: int
    since: int | None = None
    is_quick: bool = False

    def answer(self) -> CurveVerdict:
        """The verdict."""
        return judge_curve(
            self.space, self.goal, self.curves, self.index, self.rule, self.seed, since=self.since
        )


class SearchWorker:
    """Sends questions to the worker process. Starts it on first use, and again after it died."""

    def __init__(self, answered: Callable[[], None]) -> None:
        self._answered = answered
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(self, question: Answerable[A]) -> Future[A]:
        """Ask for an answer."""
        future = self._pool.submit(self._ask, question)
        future.add_done_callback(lambda _: self._answered())
        return future

    def warm_up(self) -> None:
        """Start the process, so that its modules are loaded before the first question."""
        self._pool.submit(self._running)

    def close(self) -> None:
        """End the process."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._process.wait()

    def _ask(self, question: Answerable[A]) -> A:
        if question.is_quick:
            return question.answer()
        for last in (False, True):
            process = self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                pickle.dump(question, process.stdin)
                process.stdin.flush()
                answer: Any = pickle.load(process.stdout)
            except (OSError, EOFError, pickle.UnpicklingError):
                process.kill()
                process.wait()  # or it would look alive and be asked again
                if last:
                    raise RuntimeError("the search process died twice") from None
                continue
            if isinstance(answer, Failure):
                raise RuntimeError(answer.message)
            return answer  # type: ignore[no-any-return]  # the process returns what the question answers
        raise AssertionError("unreachable")

    def _running(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "bayescore.engine.search_worker"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env=environment,
                )
            return self._process


def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer questions until one of the streams is closed."""
    with contextlib.suppress(AttributeError, PermissionError):
        os.nice(5)  # trials and the listener have priority
    from bayescore.search import bayesian  # noqa: F401  loads while the first trials start

    while True:
        try:
            question = pickle.load(questions)
        except (EOFError, pickle.UnpicklingError):  # the engine has ended, perhaps while writing a question
            return
        try:
            answer: object = question.answer()
        except Exception as error:
            answer = Failure(f"{type(error).__name__}: {error}")
        try:
            answers.write(pickle.dumps(answer))
        except BrokenPipeError:
            return


if __name__ == "__main__":
    # what a library prints must not get between the answers
    real = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    serve(sys.stdin.buffer, real)
