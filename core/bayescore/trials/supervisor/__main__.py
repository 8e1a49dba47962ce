"""Runs one program and outlives the engine: ``python supervisor SPEC.json``.

It imports only the standard library, so that it starts in a few milliseconds. It starts the program in
its own session, writes the output into a bounded log, and ends the program on SIGTERM or when its time
is up. As a child subreaper it inherits every process that the program leaves behind, and kills them.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import select
import signal
import subprocess
import sys
import time

from bounded_log import BoundedLog  # type: ignore[import-not-found]  # beside this file

PR_SET_CHILD_SUBREAPER = 36
CHUNK = 1 << 16
RETRY_S = 1.0  # between attempts to write to a full disk


def main(spec_file: str) -> int:
    """Run a program by its spec. Returns 0 when the result is written, 3 if it has another supervisor."""
    with open(spec_file, encoding="utf-8") as file:  # noqa: PTH123
        spec = json.load(file)
    asked: list[float] = []
    # before the claim, which tells others where to send the signal
    signal.signal(signal.SIGTERM, lambda *_: asked.append(time.monotonic()))
    if not _claim(spec["claim"]):
        return 3
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    log = BoundedLog(spec["log"], fresh=True)
    began = time.monotonic()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    try:
        child = subprocess.Popen(
            spec["arguments"],
            cwd=spec["folder"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: _limit(spec.get("memory")),  # noqa: PLW1509  there is one thread
        )
    except OSError as error:
        log.write(f"{error}\n".encode())
        _finish(spec["result"], {"exit_code": 127, "timed_out": False, "stopped": False})
        return 0
    timed_out = _watch(child, log, wake_read, asked, began, spec)
    _kill_remaining(child.pid)
    code = child.wait()
    _finish(spec["result"], {"exit_code": code, "timed_out": timed_out, "stopped": bool(asked)})
    log.close()
    return 0


def _watch(
    child: subprocess.Popen[bytes],
    log: BoundedLog,
    wake: int,
    asked: list[float],
    began: float,
    spec: dict[str, object],
) -> bool:
    """Copy the output until the program has ended; returns whether its time was up."""
    assert child.stdout is not None
    output = child.stdout.fileno()
    os.set_blocking(output, False)
    seconds, grace = spec.get("seconds"), float(spec["grace"])  # type: ignore[arg-type]
    asked_at, killed, timed_out, open_output = 0.0, False, False, True
    while True:
        now = time.monotonic()
        if seconds and not timed_out and now - began >= float(seconds):  # type: ignore[arg-type]
            timed_out = True
        if (asked or timed_out) and not asked_at:
            asked_at = now
            _signal_group(child.pid, signal.SIGTERM)
        if asked_at and not killed and now - asked_at >= grace:
            killed = True
            _signal_group(child.pid, signal.SIGKILL)
        # on SIGTERM the shell around the program ends at once, but the program may need its grace period
        if _has_ended(child.pid) and (not asked_at or killed or not _orphans(child.pid)):
            if open_output:
                _copy(output, log)
            return timed_out
        ready, _, _ = select.select([output, wake] if open_output else [wake], [], [], 0.25)
        if wake in ready:
            os.read(wake, CHUNK)
        if output in ready:
            open_output = _copy(output, log)


def _has_ended(pid: int) -> bool:
    """Whether the program has ended. It stays a zombie, so that its group id is not reused."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _orphans(child: int) -> list[int]:
    """Running processes that we inherited from the program's shell."""
    for pid in (left := [pid for pid in _children() if pid != child]):
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            continue
    return [pid for pid in left if pid in _children()]


def _copy(output: int, log: BoundedLog) -> bool:
    """Copy the output so far; returns ``False`` once the pipe is closed."""
    while True:
        try:
            data = os.read(output, CHUNK)
        except BlockingIOError:
            return True
        if not data:
            return False
        log.write(data)


def _signal_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _kill_remaining(group: int) -> None:
    """Kill every process that the program left behind, also those that left its session."""
    _signal_group(group, signal.SIGKILL)
    for _ in range(200):
        left = [pid for pid in _children() if pid != group]
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for pid in left:
            try:
                os.waitpid(pid, 0)
            except ChildProcessError:
                continue
        if not left:
            return


def _children() -> list[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:  # noqa: PTH123
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []


def _limit(memory: int | None) -> None:
    """Limit the program's data; RLIMIT_AS would count the address space that CUDA reserves."""
    if memory:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def _claim(path: str) -> bool:
    """Become the only supervisor of this attempt; the file is created atomically."""
    partial = f"{path}.{os.getpid()}"
    with open(partial, "w", encoding="ascii") as file:  # noqa: PTH123
        json.dump({"pid": os.getpid(), "started": _start_time(os.getpid())}, file)
    try:
        os.link(partial, path)
    except FileExistsError:
        return False
    finally:
        os.unlink(partial)  # noqa: PTH108
    return True


def _start_time(pid: int) -> int:
    """Start of a process in clock ticks since boot, which with the pid identifies it."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            return int(file.read().rpartition(")")[2].split()[19])
    except OSError:
        return 0


def _finish(path: str, result: dict[str, object]) -> None:
    """Write how the program ended, once the disk has space: without the result the trial would run again."""
    while True:
        try:
            _write(path, result)
        except FileNotFoundError:  # the folder was deleted
            return
        except OSError:
            time.sleep(RETRY_S)
        else:
            return


def _write(path: str, result: dict[str, object]) -> None:
    partial = path + ".partial"
    with open(partial, "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(result, file)
    os.replace(partial, path)  # noqa: PTH105


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
