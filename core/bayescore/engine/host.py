"""The process that hosts the engine: ``python -m bayescore.engine.host DATA_FOLDER``."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import sys
from pathlib import Path

from filelock import FileLock, Timeout

from bayescore import __version__
from bayescore.errors import BayesdeskError
from bayescore.files import PrivateLog, replace
from bayescore.processes import start_time
from bayescore.store import Database, DataFolder
from bayescore.store.migrations import NEWEST
from bayescore.times import now

ALREADY_RUNNING = 75  # "try again later", as sysexits.h calls it
CANNOT_START = 78
UP = "up\n"  # written to the watchdog once the engine works
_LOG_BYTES = 2**20
_LOCK_S = 2.0  # another process that checks the lock holds it for a moment
_log = logging.getLogger(__name__)


def main(root: str) -> int:
    """Host the engine until it ends. Returns 0 if it was asked to end, or had nothing to do."""
    folder = DataFolder(Path(root))
    try:
        folder.prepare()
        _log_to(folder)
        with FileLock(str(folder.engine_lock), timeout=_LOCK_S, mode=0o600):
            return _host(folder)
    except Timeout:
        return ALREADY_RUNNING
    except BayesdeskError as error:
        _log.error("the engine cannot start: %s", error)
        _write_info(
            folder, {"error": error.message.to_json(), "hint": error.hint.to_json() if error.hint else None}
        )
        return CANNOT_START


def _host(folder: DataFolder) -> int:
    from bayescore.engine.loop import Engine

    engine = Engine(Database(folder).open())
    signal.signal(signal.SIGTERM, lambda *_: engine.end())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal must not end the engine
    engine.start()
    _write_info(
        folder,
        {
            "pid": os.getpid(),
            "started": start_time(os.getpid()),
            "since": now(),
            "listener": engine.addresses,
            "version": __version__,
            "store": NEWEST,
        },
    )
    _log.info("engine %s started, listening on %s", __version__, ", ".join(engine.addresses))
    with contextlib.suppress(OSError):  # the watchdog may have been killed
        sys.stdout.write(UP)
        sys.stdout.flush()
    try:
        engine.run()
    finally:
        folder.engine_info.unlink(missing_ok=True)
    _log.info("engine ended")
    return 0


def _write_info(folder: DataFolder, info: dict[str, object]) -> None:
    replace(folder.engine_info, json.dumps(info).encode(), mode=0o600)


def _log_to(folder: DataFolder) -> None:
    handler = PrivateLog(folder.engine_log, _LOG_BYTES, backups=2)
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("uvicorn").setLevel(logging.ERROR)  # or every malformed request would be logged


if __name__ == "__main__":
    code = main(sys.argv[1])
    logging.shutdown()
    os._exit(code)  # without exit handlers of libraries such as Ray, which could change the exit code
