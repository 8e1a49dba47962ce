"""What keeps trials that run at the same time on one machine out of each other's way."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

# Below the ports that Linux gives to outgoing connections, which begin at 32768.
_FIRST_PORT, _SETS, _SET = 20_000, 1_700, 7
THREADS = "OMP_NUM_THREADS"


def rendezvous_ports(trial: int) -> range:
    """Ports at which the processes of a trial may meet; the next 1699 trials have others.

    Parameters
    ----------
    trial
        Number of the trial in the store, over all jobs.
    """
    first = _FIRST_PORT + trial % _SETS * _SET
    return range(first, first + _SET)


def rendezvous(ports: range) -> dict[str, str]:
    """Variables with the first of these ports that is free, for ``torch.distributed``.

    ``torchrun`` reads its options from variables with the prefix ``PET_``; without one, all use port 29500.
    """
    port = next((port for port in ports if _is_free(port)), ports[0])
    return {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "PET_MASTER_PORT": str(port)}


def _is_free(port: int) -> bool:
    with suppress(OSError), socket.socket() as tried:
        tried.bind(("127.0.0.1", port))
        return True
    return False


def threads_per_trial(at_a_time: int, cpus: float | None) -> int:
    """Threads that the numerical libraries of one trial should use.

    Parameters
    ----------
    at_a_time
        Trials that run at the same time on this machine.
    cpus
        CPUs of one trial, if they are limited.
    """
    if cpus is not None:
        return max(1, int(cpus))
    return max(1, cores() // max(1, at_a_time))


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def with_threads(environment: Mapping[str, str], threads: int) -> dict[str, str]:
    """The environment with the number of threads, unless it says one itself."""
    return {THREADS: str(threads), **environment}
