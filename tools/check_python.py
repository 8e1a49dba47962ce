"""Says in one line what is missing before a virtual environment can be made; installs it where it may.

``--only-look`` installs nothing.
"""

import importlib.util
import subprocess
import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        f"Bayesdesk needs Python 3.11 to 3.13 and this is {sys.version.split()[0]}. "
        "Name another one: make PYTHON=python3.12 …"
    )
if importlib.util.find_spec("ensurepip") is None and "--only-look" not in sys.argv:
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    command = ["apt-get", "install", "-y", package]
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError):
        sys.exit(f"Python's venv module is missing. Install it: sudo {' '.join(command)}")
