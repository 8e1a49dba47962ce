"""Writes what is shipped as CycloneDX: ``sbom.py TOOLS ENVIRONMENT TARGET``.

The tools come in by the path of this process alone: as a variable they would reach the
environment's interpreter, and be listed with it.
"""

import runpy
import sys
from pathlib import Path

tools, environment, target = sys.argv[1:]
sys.path.insert(0, tools)
Path(target).parent.mkdir(exist_ok=True)
sys.argv = ["cyclonedx-py", "environment", "--pyproject", "pyproject.toml", "--output-reproducible"]
sys.argv += ["--output-file", target, environment]
runpy.run_module("cyclonedx_py", run_name="__main__")
