"""The model."""

from importlib import resources


def perplexity(dropout: float, layers: int) -> float:
    """What the model reaches."""
    words = resources.files(__package__).joinpath("vocabulary.txt").read_text().split()
    return len(words) + 20 * (dropout - 0.3) ** 2 + abs(layers - 4)
