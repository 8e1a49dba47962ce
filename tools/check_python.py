"""Checks the Python version and the venv module; installs the latter when it is missing.

``--check-only`` installs nothing.  Other versions of Python have no wheels of the pinned dependencies.
"""

import importlib.util
import subprocess
import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 14):
    sys.exit(
        f"Bayesdesk needs Python 3.11 to 3.14 but this is {sys.version.split()[0]}. "
        "Choose another version: make PYTHON=python3.12 …"
    )
if importlib.util.find_spec("ensurepip") is None and "--check-only" not in sys.argv:
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    command = ["apt-get", "install", "-y", package]
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError):
        sys.exit(f"Python's venv module is missing. Install it: sudo {' '.join(command)}")
