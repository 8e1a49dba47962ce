"""Runs a command as a fork with the streams of this process: ``forked_command.py ADDRESS COMMAND …``.

For shells: a script that calls this in place of a command does not import the libraries each time.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])
    forks = importlib.import_module("support.forks")
    address, *command = sys.argv[1:]
    forks.install(address)
    program = forks.start(command, Path.cwd(), forks.environment_of_server(), (0, 1, 2))
    code = program.wait()
    if code < 0:
        os.kill(os.getpid(), -code)
    sys.exit(code)
