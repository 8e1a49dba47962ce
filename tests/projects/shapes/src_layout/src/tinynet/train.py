"""``python -m tinynet.train`` trains a language model."""

import argparse
import sys

from .model import perplexity


def main() -> None:
    """Redraw a progress bar on standard error, and print the result of each epoch."""
    parser = argparse.ArgumentParser(prog="tinynet.train")
    parser.add_argument("--dropout", type=float, required=True)
    parser.add_argument("--layers", type=int, required=True)
    parser.add_argument("--epochs", type=int, default=2)
    args = parser.parse_args()
    final = perplexity(args.dropout, args.layers)
    for epoch in range(1, args.epochs + 1):
        for batch in range(1, 5):
            print(f"\rEpoch {epoch}: {batch}/4 ppl={99 - batch}", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        print(f"epoch={epoch} valid_ppl={final + args.epochs - epoch:.6f}", flush=True)


if __name__ == "__main__":
    main()
