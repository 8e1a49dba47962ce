"""Calls on a runner whose results are looked at later."""

from __future__ import annotations

from concurrent.futures import wait

from bayescore.engine.runner_call import RunnerCall
from bayescore.engine.threads import Threads


def test_that_a_call_which_ended_before_it_was_asked_for_again_wakes_the_loop() -> None:
    answers: list[str | None] = [None, "ended"]
    woken: list[bool] = []
    threads = Threads(1, "call", set())
    call = RunnerCall(threads, lambda: answers.pop(0), lambda: woken.append(True))
    call.begin()
    assert call.under_way is not None
    wait([call.under_way])
    call.begin()
    assert woken
    assert call.result() is None
    assert call.under_way is not None
    wait([call.under_way])
    assert call.result() == "ended"
    threads.close()
