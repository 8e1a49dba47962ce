"""Sums of all ranks, over sockets to rank 0 at ``MASTER_ADDR:MASTER_PORT``."""

from __future__ import annotations

import os
import socket
import time
from contextlib import ExitStack
from typing import BinaryIO

_PATIENCE_S = 60
_AGAIN_S = 0.01


class ProcessGroup:
    """Rank 0 listens; the others connect, however early they are."""

    def __init__(self, rank: int, world_size: int) -> None:
        self.rank, self.world_size = rank, world_size
        self._stack = ExitStack()
        self._peers: list[BinaryIO] = []

    def __enter__(self) -> ProcessGroup:
        address = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))
        if self.rank:
            self._add(_connected(address))
        else:
            with socket.create_server(address) as server:
                server.settimeout(_PATIENCE_S)
                for _ in range(self.world_size - 1):
                    self._add(server.accept()[0])
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def mean(self, value: float) -> float:
        """The mean of the values of all ranks."""
        if self.rank:
            self._send(self._peers[0], value)
            return self._receive(self._peers[0])
        mean = (value + sum(self._receive(peer) for peer in self._peers)) / self.world_size
        for peer in self._peers:
            self._send(peer, mean)
        return mean

    def _add(self, connection: socket.socket) -> None:
        connection.settimeout(_PATIENCE_S)
        self._stack.enter_context(connection)
        self._peers.append(self._stack.enter_context(connection.makefile("rwb", buffering=0)))

    @staticmethod
    def _send(peer: BinaryIO, value: float) -> None:
        peer.write(f"{value!r}\n".encode())

    @staticmethod
    def _receive(peer: BinaryIO) -> float:
        return float(peer.readline())


def _connected(address: tuple[str, int]) -> socket.socket:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return socket.create_connection(address, _PATIENCE_S)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_AGAIN_S)
