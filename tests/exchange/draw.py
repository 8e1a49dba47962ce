"""Draws points from a search space with the package that defines it, in that package's own environment.

Reads ``{"package": …, "space": …, "count": …}`` and writes a list of points, both as JSON.
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any


def wandb(space: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Points of a random sweep."""
    import sweeps

    drawn = [sweeps.next_run({**space, "method": "random"}, []).config for _ in range(count)]
    return [{name: entry["value"] for name, entry in point.items()} for point in drawn]


def nni(space: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Points of the random tuner."""
    from nni.algorithms.hpo.random_tuner import RandomTuner
    from nni.common.hpo_utils import validate_search_space

    validate_search_space(space)
    tuner = RandomTuner(seed=1)
    tuner.update_search_space(space)
    return [tuner.generate_parameters(number) for number in range(count)]


def hiplot(space: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Rows of a table as HiPlot reads it."""
    import hiplot as package

    found = package.Experiment.from_csv(space["file"])
    found.validate()
    assert len(found.datapoints) == count
    return [{"uid": point.uid, **point.values} for point in found.datapoints]


if __name__ == "__main__":
    request = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):  # some packages print messages
        points = globals()[request["package"]](request["space"], request["count"])
    json.dump(points, sys.stdout, default=lambda number: number.item())  # of NumPy
