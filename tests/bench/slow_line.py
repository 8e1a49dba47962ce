"""What the window sends to an X server that is reached over a network, as with ``ssh -X``."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure
from support.slow_display import SlowDisplay
from support.virtual_screen import virtual_screen

_SCRIPT = Path(__file__).with_name("slow_line_script.py")
_DELAY_S = 0.01  # in each direction: a round trip of 20 ms
_MB, _KB = "MB/s", "kB"
_TARGETS: dict[str, tuple[str, float | None]] = {
    "brushing 100 trials": (_MB, 5.0),
    "brushing 1,000 trials": (_MB, 5.0),
    "hovering over lines": (_MB, 1.0),
    "hovering over a chart": (_MB, 1.0),
    "live charts": (_MB, 1.0),
    "live parallel coordinates": (_MB, 1.0),
    "live table": (_MB, 1.0),
    "nothing happens": (_MB, 0.01),
    "blinking caret in the YAML": (_MB, 0.02),
    "blinking caret in the form": (_MB, 0.02),
    "one letter in the YAML": (_KB, 60.0),
    "one letter in the form": (_KB, 60.0),
}


def measure() -> Iterator[Figure]:
    """In a process of its own whose display is a proxy that counts bytes."""
    with virtual_screen() as screen, SlowDisplay(screen, _DELAY_S) as display:
        environment = {
            **os.environ,
            "QT_QPA_PLATFORM": "xcb",
            "DISPLAY": display.name,
            "REAL_DISPLAY": screen,
        }
        process = subprocess.Popen(
            [sys.executable, str(_SCRIPT)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        began = 0
        for line in process.stdout:
            what, _tab, rest = line.rstrip("\n").partition("\t")
            if what == "begin":
                began = display.sent
            elif what == "end":
                name, amount = rest.split("\t")
                unit, most = _TARGETS[name]
                scale = 1e6 if unit == _MB else 1e3
                yield Figure(
                    f"slow line: {name}", (display.sent - began) / float(amount) / scale, unit, at_most=most
                )
            elif what == "figure":
                name, value, unit = rest.split("\t")
                yield Figure(f"slow line: {name}", float(value), unit)
            process.stdin.write("\n")
        if process.wait():
            raise RuntimeError("The window did not run to its end.")
