"""Trains on the prepared data."""

import argparse
import json
import math
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--data", type=Path, required=True)
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--schedule", default="constant")
args = parser.parse_args()
rows = args.data.read_text().split()
penalty = {"constant": 0.2, "cosine decay": 0.0}[args.schedule]
accuracy = 0.9 - (math.log10(args.lr) + 1) ** 2 / 10 - penalty
Path("build/result.json").write_text(json.dumps({"rows": len(rows), "accuracy": accuracy}))
