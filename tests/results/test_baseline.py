"""What a job is compared with, and what its best trial gained over it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bayescore.results import baseline_of, gain_text
from bayescore.store import Trial
from support.views import FILE, S, a_job, a_trial

DEFAULTS = a_trial(1, 0.5, origin="baseline")
OTHER = a_trial(2, 0.3)
BEST = a_trial(3, 0.75)


@pytest.mark.parametrize(
    ("goal", "chosen", "trials", "words"),
    [
        ("MAXIMIZE", None, (DEFAULTS, OTHER, BEST), "0.25 better than your defaults"),
        ("MAXIMIZE", 2, (DEFAULTS, OTHER, BEST), "0.45 better than trial 2"),
        ("MAXIMIZE", 3, (DEFAULTS, OTHER, BEST), "not better than trial 3"),
        ("MINIMIZE", None, (DEFAULTS, OTHER, BEST), "0.2 better than your defaults"),
        ("MAXIMIZE", None, (DEFAULTS, OTHER), "not better than your defaults"),
        ("MAXIMIZE", None, (OTHER, BEST), None),
        ("MAXIMIZE", 7, (DEFAULTS, OTHER, BEST), None),
        ("MAXIMIZE", None, (a_trial(1, None, S.FAILED, origin="baseline"), BEST), None),
        ("MAXIMIZE", None, (a_trial(1, None, S.RUNNING, origin="baseline"),), None),
    ],
)
def test_that_the_gain_over_the_baseline_is_stated(
    goal: str, chosen: int | None, trials: tuple[Trial, ...], words: str | None
) -> None:
    job = replace(a_job(file=FILE.replace("MAXIMIZE", goal)), baseline=chosen)
    found = gain_text(job, trials)
    assert (None if found is None else str(found)) == words


def test_that_the_chosen_trial_takes_the_place_of_the_baseline_of_the_settings() -> None:
    trials = (DEFAULTS, OTHER)
    of_settings, of_user = (baseline_of(replace(a_job(), baseline=n), trials) for n in (None, 2))
    assert (of_settings.trial, of_settings.is_chosen) == (DEFAULTS, False)
    assert (of_user.trial, of_user.is_chosen) == (OTHER, True)
