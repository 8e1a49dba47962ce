"""Trains a small neural network on handwritten digits and reports metrics after each epoch."""

import argparse
import json

import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from openbayestool import log_metric, log_param

EPOCHS = 15


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--learning_rate", type=float, default=0.001)
    parser.add_argument("--hidden_units", type=int, default=32)
    parser.add_argument("--batch_size", type=int, default=64)
    parser.add_argument("--activation", default="relu")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    with open("openbayes_params.json", encoding="utf-8") as file:
        print("parameters:", json.load(file))

    images, labels = load_digits(return_X_y=True)
    train_x, test_x, train_y, test_y = train_test_split(
        images / 16.0, labels, test_size=0.3, random_state=args.seed, stratify=labels
    )
    model = MLPClassifier(
        hidden_layer_sizes=(args.hidden_units,),
        activation=args.activation,
        learning_rate_init=args.learning_rate,
        batch_size=args.batch_size,
        random_state=args.seed,
    )
    log_param("train_size", len(train_x))
    classes = np.unique(labels)
    for epoch in range(1, EPOCHS + 1):
        model.partial_fit(train_x, train_y, classes=classes)
        accuracy = model.score(test_x, test_y)
        loss = log_loss(test_y, model.predict_proba(test_x), labels=classes)
        log_metric("accuracy", accuracy)
        log_metric("loss", loss)
        print(f"epoch {epoch:2d}  accuracy {accuracy:.4f}  loss {loss:.4f}")


if __name__ == "__main__":
    main()
