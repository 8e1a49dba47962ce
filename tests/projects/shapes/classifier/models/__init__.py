"""Architectures with the accuracy that each can reach."""

ARCHITECTURES = {"alexnet": 60.0, "resnet18": 70.0, "resnet50": 76.0}
