"""Running averages."""


class AverageMeter:
    """The current value and the average of a quantity."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.value = self.total = 0.0
        self.count = 0

    def update(self, value: float) -> None:
        """Add a value."""
        self.value = value
        self.total += value
        self.count += 1

    def __str__(self) -> str:
        return f"{self.name} {self.value:.4f} ({self.total / self.count:.4f})"
