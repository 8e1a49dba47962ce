"""Imitates the training of a recommender: a smooth function of six parameters."""

import argparse
import math

from openbayestool import log_metric

parser = argparse.ArgumentParser()
parser.add_argument("--regularization", type=float, default=1.0)
parser.add_argument("--latent_factors", type=int, default=20)
parser.add_argument("--unobs_weight", type=float, default=0.1)
parser.add_argument("--feature_wt_factor", type=float, default=10.0)
parser.add_argument("--level", type=float, default=2)
parser.add_argument("--category", default="A")
args = parser.parse_args()

error = (
    0.05
    + 0.04 * math.log10(args.regularization / 0.1) ** 2
    + ((args.latent_factors - 30) / 60) ** 2
    + 0.02 * math.log10(args.unobs_weight / 0.05) ** 2
    + 0.02 * math.log10(args.feature_wt_factor / 20) ** 2
    + 0.01 * abs(args.level - 3)
    + {"A": 0.03, "B": 0.0, "C": 0.06}[args.category]
)
for step in range(1, 6):  # the error converges step by step
    log_metric("precision", error * (1 + 1 / step**2))
    log_metric("recall", 1 / (1 + error))
print(f"precision {error * (1 + 1 / 25):.4f}")
