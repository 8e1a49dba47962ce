"""Trains what the configuration says; writes its log to the folder of the run."""

import logging
import math
import sys
from pathlib import Path

from configuration import compose, output_folder

log = logging.getLogger(__name__)


def main() -> None:
    """Log the validation loss of each epoch."""
    overrides = sys.argv[1:]
    config = compose(Path(__file__).parent / "conf", overrides)
    file = output_folder(overrides) / "train.log"
    form = "[%(asctime)s][%(name)s][%(levelname)s] - %(message)s"
    handlers = [logging.StreamHandler(sys.stdout), logging.FileHandler(file)]
    logging.basicConfig(level=logging.INFO, format=form, handlers=handlers)
    epochs, lr = int(config["epochs"]), float(config["optimizer.lr"])
    loss = float(config["model.best"]) + (math.log10(lr) + 2) ** 2 + abs(int(config["model.width"]) - 64) / 64
    for epoch in range(1, epochs + 1):
        log.info("epoch %d/%d: train/loss=%.6f val/loss=%.6f", epoch, epochs, 0, loss + epochs - epoch)


if __name__ == "__main__":
    main()
