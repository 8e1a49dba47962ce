"""The process of the window ends well, whatever its threads do at that moment."""

from __future__ import annotations

import os
import subprocess
import sys

ENDS = 12  # processes: a crash needs a thread that comes back at the wrong moment
PROGRAM = """
import sys, time
from PySide6.QtCore import QCoreApplication, QTimer
from bayesdesk.ending import end_process
from bayesdesk.services.background import Background

application, background = QCoreApplication([]), Background()

def work(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sum(range(1000))

for each in range(30):
    background.run(lambda: work(float(sys.argv[1])), lambda _: None)
print("its last words", end="")
QTimer.singleShot(0, application.quit)
application.exec()
end_process(3)
"""


def test_that_threads_that_still_read_do_not_crash_the_end(tmp_path) -> None:
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    for number in range(ENDS):
        command = [sys.executable, "-c", PROGRAM, str(number / 100)]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert (ended.returncode, ended.stdout) == (3, "its last words"), ended.stderr
