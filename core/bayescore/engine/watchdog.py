"""Restarts the engine's process after a crash: ``python -m bayescore.engine.watchdog DATA_FOLDER``.

It does nothing else, so that hardly anything in it can fail.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import FrameType

_SOON_S = 60.0  # a crash sooner after the start makes the next pause longer
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 30.0
_MAX_CRASHES = 5  # of an engine that has never come up
_ON_PURPOSE = (0, 75)  # exit codes: it has ended, or another engine runs; see bayescore.engine.host
_CANNOT_START = 78


def main(root: str) -> int:
    """Keep an engine running until it ends on purpose.

    An engine that has never come up is given up after a few crashes: whoever started it can read why.
    One that has come up before is restarted forever: the cause, such as a full disk, may go away.
    """
    engine: subprocess.Popen[bytes] | None = None

    def forward(number: int, _frame: FrameType | None) -> None:
        if engine is not None:
            engine.send_signal(number)

    signal.signal(signal.SIGTERM, forward)
    if hasattr(signal, "SIGHUP"):  # Windows has none
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    crashes, was_up = 0, False
    while True:
        began = time.monotonic()
        engine = subprocess.Popen(
            [sys.executable, "-m", "bayescore.engine.host", root],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        assert engine.stdout is not None
        with engine.stdout as output:
            was_up = bool(output.readline()) or was_up
            code = engine.wait()
        crashes = crashes + 1 if time.monotonic() - began < _SOON_S else 1
        if not os.path.isdir(root):  # noqa: PTH112  to import no more than this
            return code
        if code in _ON_PURPOSE or (not was_up and (code == _CANNOT_START or crashes >= _MAX_CRASHES)):
            return code
        time.sleep(min(_FIRST_PAUSE_S * 2 ** (crashes - 1), _LONGEST_PAUSE_S))


if __name__ == "__main__":
    os.chdir("/")
    sys.exit(main(sys.argv[1]))
