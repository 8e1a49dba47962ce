"""The connection to a Ray cluster, and its errors as messages for users."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import signal
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bayescore.errors import BayesdeskError, RunnerError, RunnerSilentError
from bayescore.i18n import text

NAMESPACE = "bayesdesk"
_ANSWER_S = 5.0
_connecting = threading.Lock()


@dataclass(frozen=True)
class Node:
    """A machine of the cluster.

    Attributes
    ----------
    name
        Name given at its start, followed by the beginning of its id if several nodes have it.
    gpus, gpus_free
        GPUs that Ray knows, and those that are free; fractions are possible.
    """

    id: str
    name: str
    gpus: float
    cpus: float
    gpus_free: float = 0.0


class NodeGoneError(RunnerSilentError):
    """A node is not in the cluster at the moment."""


def check(address: str) -> None:
    """Check, without the slow import of Ray, that it is installed and that the address answers.

    Raises
    ------
    RunnerError
        When Ray is not installed, or nothing answers.
    """
    if importlib.util.find_spec("ray") is None:
        raise _missing()
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        return  # Ray resolves "auto"
    try:
        socket.create_connection((host, int(port)), timeout=_ANSWER_S).close()
    except OSError as error:
        raise _unreachable(address, error) from None


def connect(address: str) -> Any:
    """Connect to a cluster; returns the module ``ray``, whose output is suppressed.

    Raises
    ------
    RunnerError
        When Ray is not installed, or not the cluster's version.
    RunnerSilentError
        When the cluster does not answer.
    """
    try:
        import ray
    except ImportError:
        raise _missing() from None
    with _connecting, _own_signals():
        if ray.is_initialized():
            return ray
        try:
            ray.init(
                address=address,
                namespace=NAMESPACE,
                log_to_driver=False,
                logging_level=logging.CRITICAL,
                configure_logging=False,
            )
        except RuntimeError as error:
            if "ersion mismatch" in str(error):
                raise RunnerError(
                    text(
                        "This Ray is version {own}; the cluster at {address} has another.",
                        own=ray.__version__,
                        address=address,
                    ),
                    text(
                        "Install the cluster's version of Ray and of Python. Ray reports: {said}",
                        said=_first_line(error),
                    ),
                ) from None
            raise _unreachable(address, error) from None
        except (ConnectionError, ValueError, OSError) as error:
            raise _unreachable(address, error) from None
    return ray


def nodes(ray: Any) -> list[Node]:
    """Nodes that are alive, by name."""
    alive = [n for n in ray.nodes() if n["Alive"]]
    names = [n["NodeName"] for n in alive]
    # Private: Ray's public functions give what is free in the whole cluster only, or need its dashboard.
    free = ray._private.state.available_resources_per_node()
    found = []
    for n in alive:
        unique = names.count(n["NodeName"]) == 1
        found.append(
            Node(
                n["NodeID"],
                n["NodeName"] if unique else f"{n['NodeName']}-{n['NodeID'][:4]}",
                float(n["Resources"].get("GPU", 0.0)),
                float(n["Resources"].get("CPU", 0.0)),
                float(free.get(n["NodeID"], {}).get("GPU", 0.0)),
            )
        )
    return sorted(found, key=lambda node: node.name)


@contextlib.contextmanager
def answering(node: str) -> Iterator[None]:
    """Translate exceptions of Ray into our errors; those that an agent raised pass through."""
    from ray import exceptions

    try:
        yield
    except exceptions.RayTaskError as error:
        cause = error.cause
        if isinstance(cause, BayesdeskError):
            raise cause from None
        raise RunnerError(
            text("The agent on {node} has failed: {said}", node=node, said=_first_line(cause))
        ) from error
    except exceptions.RayError as error:
        raise RunnerSilentError(text("The node {node} does not answer.", node=node)) from error


def _missing() -> RunnerError:
    return RunnerError(
        text("Ray is not installed, and the runner is “ray”."),
        text("Install it: pip install 'bayesdesk[ray]' (in the version that the cluster has)."),
    )


def _unreachable(address: str, error: Exception) -> RunnerSilentError:
    return RunnerSilentError(
        text("No Ray cluster answers at {address}: {said}", address=address, said=_first_line(error)),
        text("Start it (ray start --head), or correct “ray: address” in openbayes.local.yaml."),
    )


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


@contextlib.contextmanager
def _own_signals() -> Iterator[None]:
    """Keep the engine's handler of SIGTERM, which Ray replaces."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
