"""An engine that crashes: ``python crashing_engine.py FUNCTION before|after ROOT``.

The process ends by SIGKILL, as in a power cut of its own, just before or just after the
named function (``module:Class.function``) does its work for the first time.
"""

from __future__ import annotations

import functools
import importlib
import os
import signal
import sys
from typing import Any


def main(target: str, moment: str, root: str) -> int:
    """Run the engine until it crashes."""
    module, _, path = target.partition(":")
    owner: Any = importlib.import_module(module)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    original = getattr(owner, name)

    @functools.wraps(original)
    def crashing(*arguments: Any, **named: Any) -> Any:
        if moment == "after":
            original(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, crashing)
    from bayescore.engine import host

    return host.main(root)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
