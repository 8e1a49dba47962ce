"""Trains a neural network on handwritten digits for 30 epochs; saves it, also when it is stopped early."""

import argparse
import signal
import sys

import numpy as np
from sklearn.datasets import load_digits

from openbayestool import log_metric

EPOCHS = 30


def load():
    """Digits for training, which are also shifted by a pixel to each side, and digits for validation."""
    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8) / 16.0
    order = np.random.default_rng(0).permutation(len(images))
    images, labels = images[order], labels[order]
    shifts = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)]
    train = np.concatenate([np.roll(images[500:], shift, axis=(1, 2)) for shift in shifts])
    return train.reshape(-1, 64), np.tile(labels[500:], len(shifts)), images[:500].reshape(-1, 64), labels[:500]


class Network:
    """One hidden layer; stochastic gradient descent with momentum."""

    def __init__(self, units, random):
        self.weights = [
            random.normal(0, 64**-0.5, (64, units)),
            np.zeros(units),
            random.normal(0, units**-0.5, (units, 10)),
            np.zeros(10),
        ]
        self.steps = [np.zeros_like(w) for w in self.weights]

    def probabilities(self, x):
        self.hidden = np.maximum(x @ self.weights[0] + self.weights[1], 0)
        scores = self.hidden @ self.weights[2] + self.weights[3]
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)

    def learn(self, x, y, rate, momentum, decay):
        error = self.probabilities(x)
        error[np.arange(len(y)), y] -= 1
        error /= len(y)
        back = (error @ self.weights[2].T) * (self.hidden > 0)
        gradients = [x.T @ back, back.sum(axis=0), self.hidden.T @ error, error.sum(axis=0)]
        for weight, step, gradient in zip(self.weights, self.steps, gradients):
            step *= momentum
            step -= rate * (gradient + decay * weight)
            weight += step

    def loss(self, x, y):
        chosen = self.probabilities(x)[np.arange(len(y)), y]
        return float(-np.log(chosen).mean())

    def accuracy(self, x, y):
        return float((self.probabilities(x).argmax(axis=1) == y).mean())


def stop(number, frame):
    """Bayesdesk sends SIGTERM to a trial that it stops early: leave the training, then save."""
    print("stopped early")
    sys.exit(0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--learning_rate", type=float, default=0.1)
    parser.add_argument("--momentum", type=float, default=0.9)
    parser.add_argument("--units", type=int, default=64)
    parser.add_argument("--batch_size", type=int, default=64)
    parser.add_argument("--decay", type=float, default=1e-4)
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, stop)
    np.seterr(all="ignore")  # with a learning rate that is too large the loss becomes infinite

    train_x, train_y, test_x, test_y = load()
    random = np.random.default_rng(0)
    network = Network(args.units, random)
    epoch = 0
    try:
        for epoch in range(1, EPOCHS + 1):
            order = random.permutation(len(train_x))
            for start in range(0, len(order), args.batch_size):
                batch = order[start : start + args.batch_size]
                network.learn(train_x[batch], train_y[batch], args.learning_rate, args.momentum, args.decay)
            loss, accuracy = network.loss(test_x, test_y), network.accuracy(test_x, test_y)
            log_metric("loss", loss)
            log_metric("accuracy", accuracy)
            print(f"epoch {epoch:2d}  loss {loss:.4f}  accuracy {accuracy:.4f}", flush=True)
    finally:
        np.savez("network.npz", *network.weights, epoch=epoch)


if __name__ == "__main__":
    main()
