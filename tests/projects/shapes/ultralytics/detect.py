"""``python detect.py train key=value …`` trains a detector."""

import math
import sys
from pathlib import Path

HEADER = ("epoch", "train/box_loss", "metrics/precision(B)", "metrics/mAP50(B)", "val/box_loss", "lr/pg0")


def read_yaml(file: Path) -> dict[str, str]:
    """Keys and values of a flat file."""
    lines = (line.partition("#")[0].strip() for line in file.read_text().splitlines())
    return dict(line.split(": ", 1) for line in lines if line)


def arguments(given: list[str]) -> dict[str, str]:
    """The defaults with what the command line changes."""
    found = read_yaml(Path(__file__).parent / "cfg" / "default.yaml")
    for argument in given:
        key, equals, value = argument.partition("=")
        if not equals or key not in found:
            sys.exit(f"'{argument}' is not a valid argument. Use 'yolo TASK MODE key=value'.")
        found[key] = value
    return found


def new_folder(root: Path) -> Path:
    """``train``, ``train2``, ``train3`` …"""
    number = 1
    while (folder := root / f"train{number if number > 1 else ''}").exists():
        number += 1
    folder.mkdir(parents=True)
    return folder


def train(args: dict[str, str]) -> None:
    """Write ``args.yaml`` and a row of ``results.csv`` for each epoch."""
    classes = int(read_yaml(Path(args["data"]))["nc"])
    folder = new_folder(Path(args["project"]) / args["task"])
    (folder / "args.yaml").write_text("".join(f"{key}: {value}\n" for key, value in args.items()))
    epochs, lr = int(args["epochs"]), float(args["lr0"])
    best = (
        0.8 - (math.log10(lr) + 2) ** 2 / 10 - abs(float(args["momentum"]) - 0.9) - float(args["mosaic"]) / 10
    )
    with (folder / "results.csv").open("w") as table:
        table.write(",".join(f"{name:>23}" for name in HEADER) + "\n")
        for epoch in range(1, epochs + 1):
            row = (epoch, classes / epoch, 0.5, best - (epochs - epoch) / 20, 1 / epoch, lr)
            table.write(",".join(f"{value:>23.6g}" for value in row) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] != ["train"]:
        sys.exit("The mode must be: train")
    train(arguments(sys.argv[2:]))
