"""Measures a start of the window: ``python start_script.py FOLDER TIME``, with the time of the start."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from bayescore.store import DataFolder
from bayesdesk.app import make_application


def main(folder: Path, began: float) -> None:
    """Print the seconds from the start of this process; psutil knows that time to a second only."""
    app = make_application(DataFolder(folder))
    from bayesdesk.window import MainWindow

    window = MainWindow()
    window.show_first()
    print(f"first paint of the window, warm\t{time.time() - began}", flush=True)
    from bayescore.store import Database

    window.fill(Database(DataFolder(folder)).open())
    window.start()
    app.processEvents()
    window.grab()
    print(f"window usable\t{time.time() - began}", flush=True)
    window.watch.end()


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
