"""Computes suggestions in another process, so that the listener always answers at once.

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
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO

from bayescore.config import Algorithm, Goal
from bayescore.search import Observation, SearchSpace, Suggestion, suggest


@dataclass(frozen=True)
class Question:
    """The arguments of one call of :func:`suggest`."""

    space: SearchSpace
    goal: Goal
    trials: tuple[Observation, ...]
    seed: int
    number: int
    algorithm: Algorithm
    stop_when_exhausted: bool

    def answer(self) -> Suggestion:
        """The suggestion."""
        return suggest(
            self.space,
            self.goal,
            self.trials,
            self.seed,
            self.number,
            algorithm=self.algorithm,
            stop_when_exhausted=self.stop_when_exhausted,
        )


class SearchWorker:
    """Sends questions to the worker process. Starts it on first use, and again after it died."""

    def __init__(self, answered: Callable[[], None]) -> None:
        self._answered = answered
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(self, question: Question) -> Future[Suggestion]:
        """Ask for a suggestion."""
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

    def _ask(self, question: Question) -> Suggestion:
        if question.algorithm is not Algorithm.BAYESIAN:
            return question.answer()  # microseconds: no model is fitted
        for last in (False, True):
            process = self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                pickle.dump(question, process.stdin)
                process.stdin.flush()
                answer = pickle.load(process.stdout)
            except (OSError, EOFError, pickle.UnpicklingError):
                process.kill()
                process.wait()  # or it would look alive and be asked again
                if last:
                    raise RuntimeError("the search process died twice") from None
                continue
            if isinstance(answer, Suggestion):
                return answer
            raise RuntimeError(str(answer))
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
            answer = f"{type(error).__name__}: {error}"
        try:
            answers.write(pickle.dumps(answer))
        except BrokenPipeError:
            return


if __name__ == "__main__":
    # what a library prints must not get between the answers
    real = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    serve(sys.stdin.buffer, real)
