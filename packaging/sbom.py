"""Writes the software bill of materials in CycloneDX format: ``sbom.py TOOLS ENVIRONMENT TARGET``.

The tools are added to ``sys.path`` of this process only.  In ``PYTHONPATH`` they would also reach the
environment's interpreter and appear in the list.
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
