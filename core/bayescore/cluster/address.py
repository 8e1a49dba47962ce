"""What a job's endpoint says of its cluster."""

from __future__ import annotations

from dataclasses import dataclass

_PREFIX = "ray:"


@dataclass(frozen=True)
class ClusterAddress:
    """Where a cluster is, and what runs trials on its nodes.

    Attributes
    ----------
    address
        ``auto`` or ``host:port`` of the cluster's head.
    runner
        ``docker`` or ``process``.
    patience
        Seconds for which a node may be away, or cut off, before its trials are run again elsewhere.
    """

    address: str
    runner: str
    patience: float

    @property
    def endpoint(self) -> str:
        """As the store keeps it."""
        return f"{_PREFIX}{self.runner}@{self.address}?{self.patience:g}"

    @classmethod
    def of(cls, endpoint: str | None) -> ClusterAddress | None:
        """The cluster of an endpoint; ``None`` for those of one machine."""
        if endpoint is None or not endpoint.startswith(_PREFIX):
            return None
        runner, _, rest = endpoint.removeprefix(_PREFIX).partition("@")
        address, _, patience = rest.rpartition("?")
        return cls(address, runner, float(patience))
