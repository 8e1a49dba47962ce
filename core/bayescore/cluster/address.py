"""The endpoint of a job that runs on a cluster."""

from __future__ import annotations

from dataclasses import dataclass

_PREFIX = "ray:"


@dataclass(frozen=True)
class ClusterAddress:
    """Address of a cluster, and the runner of its nodes.

    Attributes
    ----------
    address
        ``auto`` or ``host:port`` of the cluster's head.
    runner
        ``docker`` or ``process``.
    patience
        Seconds a node may stay unreachable before its trials run again elsewhere.
    """

    address: str
    runner: str
    patience: float

    @property
    def endpoint(self) -> str:
        """As the store holds it."""
        return f"{_PREFIX}{self.runner}@{self.address}?{self.patience:g}"

    @classmethod
    def of(cls, endpoint: str | None) -> ClusterAddress | None:
        """The cluster of an endpoint; ``None`` for those of one machine."""
        if endpoint is None or not endpoint.startswith(_PREFIX):
            return None
        runner, _, rest = endpoint.removeprefix(_PREFIX).partition("@")
        address, _, patience = rest.rpartition("?")
        return cls(address, runner, float(patience))
