"""The program of the bundle, installed as ``bayesdesk`` and ``bayesdesk-gui``.

Bayesdesk starts its other processes as ``sys.executable -m MODULE`` and the supervisor as
``sys.executable -E -S FOLDER``.  In a bundle ``sys.executable`` is this program.  It accepts these
two forms like a Python interpreter, so the rest of the code needs no special case for bundles.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path


def main() -> None:
    """Run the module, the window or the command line, by the arguments and the program's name."""
    _restore_library_path()
    arguments = sys.argv[1:]
    if arguments[:1] == ["-m"] and len(arguments) > 1 and arguments[1].partition(".")[0].startswith("bayes"):
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    elif arguments[:2] == ["-E", "-S"] and len(arguments) > 2:
        sys.argv = arguments[2:]
        runpy.run_path(arguments[2], run_name="__main__")
    elif Path(sys.executable).stem == "bayesdesk-gui":
        from bayesdesk.app import main as show_window

        show_window()
    else:
        from bayescore.cli.main import main as run_command

        run_command()


def _restore_library_path() -> None:
    """Restore the user's library path, so that child processes do not load the bundle's libraries."""
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
        before = os.environ.pop(f"{name}_ORIG", None)
        if before is not None:
            os.environ[name] = before
        else:
            os.environ.pop(name, None)


if __name__ == "__main__":
    main()
