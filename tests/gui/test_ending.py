"""The process of the window ends without a crash, whatever its threads do at that moment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# A thread that comes back from reading while the interpreter is torn down crashes in Qt, but seldom.
# That it is not torn down can be seen each time: nothing is deleted.
PROGRAM = """
import logging, sys, threading
from PySide6.QtCore import QCoreApplication, QSettings, QTimer
from bayesdesk.ending import end_process
from bayesdesk.services.background import Background

class Deleted:
    def __del__(self):
        print("torn down", flush=True)

application, background, kept = QCoreApplication([]), Background(), Deleted()
QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, sys.argv[1])
QSettings.setDefaultFormat(QSettings.Format.IniFormat)
application.setOrganizationName("an")
application.setApplicationName("application")
logging.basicConfig(filename=sys.argv[1] + "/log.txt", level=logging.INFO)
go = threading.Event()
background.run(go.wait)
QSettings().setValue("theme", "dark")
logging.info("the last line")
print("its last words", end="")
QTimer.singleShot(0, application.quit)
application.exec()
go.set()
end_process(3)
"""


def test_that_nothing_is_torn_down_under_a_thread_that_still_reads_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    ended = subprocess.run(command, env=os.environ, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (3, "its last words"), ended.stderr
    assert "theme=dark" in (tmp_path / "an" / "application.ini").read_text()
    assert "the last line" in (tmp_path / "log.txt").read_text()
