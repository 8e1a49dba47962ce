"""The one program of the bundle, under the two names ``bayesdesk`` and ``bayesdesk-gui``.

Bayesdesk starts parts of itself as ``sys.executable -m MODULE`` and its supervisor as
``sys.executable -E -S FOLDER``.  In a bundle ``sys.executable`` is this program, so it understands
these two like a Python interpreter does, and nothing else has to know that there is a bundle.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path


def main() -> None:
    """Run what the arguments and the program's own name ask for."""
    _give_back_library_path()
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


def _give_back_library_path() -> None:
    """The bundle's libraries are for this process and not for the programs that it starts."""
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
        before = os.environ.pop(f"{name}_ORIG", None)
        if before is not None:
            os.environ[name] = before
        else:
            os.environ.pop(name, None)


if __name__ == "__main__":
    main()
