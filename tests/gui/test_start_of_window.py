"""The window is on the screen before what it does not need for that is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_SHOW_FIRST = """
import sys
from pathlib import Path
from bayescore.store import DataFolder
from bayesdesk.app import make_application

make_application(DataFolder(Path(sys.argv[1])))
from bayesdesk.window import MainWindow

window = MainWindow()
window.show_first()
assert window.isVisible()
print(*sorted(sys.modules))
"""


def test_that_the_first_paint_loads_no_database_arrays_or_settings(screen: None, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SHOW_FIRST, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "bayesdesk.start_page" in loaded
    assert loaded.isdisjoint({"sqlalchemy", "numpy", "pydantic", "pyqtgraph", "yaml", "docker"})
