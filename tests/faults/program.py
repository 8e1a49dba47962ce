"""The program of the trials. Its points are known in advance, and it writes a journal."""

from __future__ import annotations

import math

STEPS = 8
METRICS = ("score", "loss", "时间")  # the objective first

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
note(began=args.x, gpus=os.environ.get("CUDA_VISIBLE_DEVICES", ""))
"""
_BODY = """
for step in range({steps}):
    for metric, value in (("score", args.x + step), ("loss", 1 - args.x - step), ("时间", step)):
        log_metric(metric, value)
        note(metric=metric, value=value)
    time.sleep({pause})
"""
_TAIL = "note(ended=True)\n"

_BEHAVIOURS = {
    "plain": "",
    "ignores SIGTERM": "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n",
    "daemon": (
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(600)\n    os._exit(0)\n"
    ),
    "prints much": "for _ in range({megabytes}):\n    sys.stdout.write(('y' * 127 + '\\n') * 8192)\n",
    "uses memory": "kept = []\nwhile args.x > 0.5:\n    kept.append(bytearray(8 << 20))\n",
}


def text(behaviour: str = "plain", pause: float = 0.15, megabytes: int = 100) -> str:
    """A program that behaves in one of several ways before it reports its points."""
    middle = _BEHAVIOURS[behaviour].replace("{megabytes}", str(megabytes))
    return _HEAD + middle + _BODY.replace("{steps}", str(STEPS)).replace("{pause}", str(pause)) + _TAIL


def expected(x: float) -> dict[str, list[float]]:
    """What a trial that ran to its end has reported."""
    return {
        "score": [x + step for step in range(STEPS)],
        "loss": [1 - x - step for step in range(STEPS)],
        "时间": [float(step) for step in range(STEPS)],
    }


def is_prefix(found: list[float], whole: list[float]) -> bool:
    """Whether values are the first ones of a series."""
    return len(found) <= len(whole) and all(math.isclose(a, b) for a, b in zip(found, whole, strict=False))
