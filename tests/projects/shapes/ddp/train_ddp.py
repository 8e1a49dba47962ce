"""Trains on several processes that average what each of them computes."""

import argparse
import json
import os
from pathlib import Path

from process_group import ProcessGroup

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--world-size", type=int, default=2)


def train(rank: int, args: argparse.Namespace) -> None:
    """Minimise the mean over the ranks of (w - 1 - rank)^2 by gradient descent."""
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", "29500")
    w = 0.0
    with ProcessGroup(rank, args.world_size) as group:
        for step in range(args.steps):
            w -= args.lr * group.mean(2 * (w - 1 - rank))
            loss = group.mean((w - 1 - rank) ** 2)
            if rank == 0:
                with Path("metrics.jsonl").open("a") as file:
                    file.write(json.dumps({"step": step, "train": {"loss": loss}}) + "\n")


def main() -> None:
    """Fork a process for each rank and wait for all of them."""
    args = parser.parse_args()
    children = []
    for rank in range(1, args.world_size):
        if (child := os.fork()) == 0:
            train(rank, args)
            os._exit(0)
        children.append(child)
    train(0, args)
    if any(os.waitpid(child, 0)[1] for child in children):
        raise SystemExit("A rank has failed.")


if __name__ == "__main__":
    main()
