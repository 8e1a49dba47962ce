"""Start-up times of the packaged program in ``build/bundle``; nothing is measured when it was not built."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure

_ROOT = Path(__file__).resolve().parents[2]
_BUNDLE = _ROOT / "build" / "bundle" / "bayesdesk"
_DISPLAY = ":93"
_RUNS = 4


def measure() -> Iterator[Figure]:
    """First paint of the window on a virtual screen, and the time of ``--help``; medians after one cold run."""
    if not (_BUNDLE / "bayesdesk-gui").is_file():
        print(f"package: {_BUNDLE} does not exist. Run “make bundle” to measure it.", file=sys.stderr)
        return
    sys.path.insert(0, str(_ROOT / "packaging" / "linux"))
    import x_screen

    with tempfile.TemporaryDirectory() as home:
        variables = {**os.environ, "BAYESDESK_HOME": home, "DISPLAY": _DISPLAY}
        helps = [_help(variables) for _ in range(_RUNS)]
        with x_screen.Screen(_DISPLAY) as screen:
            paints = [_first_paint(screen, variables) for _ in range(_RUNS)]
    yield Figure("package: bayesdesk --help", statistics.median(helps[1:]), "s")
    yield Figure("package: first paint of the window, cold", paints[0], "s")
    yield Figure("package: first paint of the window, warm", statistics.median(paints[1:]), "s", at_most=1.5)


def _help(variables: dict[str, str]) -> float:
    began = time.monotonic()
    subprocess.run([_BUNDLE / "bayesdesk", "--help"], env=variables, check=True, capture_output=True)
    return time.monotonic() - began


def _first_paint(screen, variables: dict[str, str]) -> float:  # type: ignore[no-untyped-def]
    began = time.monotonic()
    window = subprocess.Popen([_BUNDLE / "bayesdesk-gui"], env=variables, start_new_session=True)
    try:
        return screen.wait_for_paint() - began
    finally:
        os.killpg(window.pid, signal.SIGTERM)
        window.wait(30)
        screen.wait_until_empty()
