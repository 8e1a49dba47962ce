"""The program of the trials. Its points are known in advance, and it writes a journal."""

from __future__ import annotations

import math

STEPS = 8
METRICS = ("score", "loss", "时间")  # the objective first
_EVERY = 3  # of how many values of x one diverges

_HEAD = """
import argparse, json, os, sys, time
from openbayestool import log_metric
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=float)
args, _ = parser.parse_known_args()
place = os.environ.get("FAULT_JOURNALS")
name = os.path.join(place, "%r.jsonl" % args.x) if place else "journal.jsonl"
journal = os.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
def note(**what):
    what["at"] = time.monotonic()  # one clock for all of a machine's processes
    os.write(journal, (json.dumps(what) + "\\n").encode())
note(began=args.x, gpus=os.environ.get("CUDA_VISIBLE_DEVICES", ""), wall=time.time())
"""
_BODY = """
for step in range({steps}):
    for metric, value in (("score", args.x + step), ("loss", 1 - args.x - step), ("时间", step)):
        log_metric(metric, value)
        note(metric=metric, value=value)
    time.sleep({pause})
"""
_TAIL = "note(ended=True)\n"
_DIVERGED_S = 150  # for which a program that has diverged waits to be stopped

# It takes a while to save, so that faults come between its signal and its end.
_SAVES = """
import signal
def save(number, frame):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    note(stopped=True, wall=time.time())
    time.sleep(0.8)
    os._exit(0)
signal.signal(signal.SIGTERM, save)
"""
_IGNORES_SIGTERM = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
_DIVERGES = """
if round(args.x * 64) % {every} == 1:
    for step in range({steps}):
        log_metric("score", float("nan"))
        note(metric="score", value=float("nan"))
        time.sleep({pause})
    time.sleep({wait})
"""
_BEHAVIOURS = {
    "plain": "",
    "ignores SIGTERM": _IGNORES_SIGTERM,
    "diverges": _SAVES + _DIVERGES,
    "diverges and ignores SIGTERM": _IGNORES_SIGTERM + _DIVERGES,
    "daemon": (
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(600)\n    os._exit(0)\n"
    ),
    "prints much": "for _ in range({megabytes}):\n    sys.stdout.write(('y' * 127 + '\\n') * 8192)\n",
    "uses memory": "kept = []\nwhile args.x > 0.5:\n    kept.append(bytearray(8 << 20))\n",
}


def text(behaviour: str = "plain", pause: float = 0.15, megabytes: int = 100) -> str:
    """A program that behaves in one of several ways before it reports its points."""
    made = _HEAD + _BEHAVIOURS[behaviour] + _BODY + _TAIL
    values = {"steps": STEPS, "pause": pause, "megabytes": megabytes, "every": _EVERY, "wait": _DIVERGED_S}
    for name, value in values.items():
        made = made.replace(f"{{{name}}}", str(value))
    return made


def diverges(behaviour: str, x: float) -> bool:
    """Whether the objective of a trial is not finite, so that it is to be stopped early."""
    return behaviour.startswith("diverges") and round(x * 64) % _EVERY == 1


def expected(x: float, behaviour: str = "plain") -> dict[str, list[float]]:
    """What a trial that ran to its end has reported."""
    if diverges(behaviour, x):
        return {"score": [math.nan] * STEPS}
    return {
        "score": [x + step for step in range(STEPS)],
        "loss": [1 - x - step for step in range(STEPS)],
        "时间": [float(step) for step in range(STEPS)],
    }


def is_prefix(found: list[float], whole: list[float]) -> bool:
    """Whether values are the first ones of a series."""
    return len(found) <= len(whole) and all(map(_is_same, found, whole))


def _is_same(one: float, other: float) -> bool:
    return math.isclose(one, other) or (math.isnan(one) and math.isnan(other))
