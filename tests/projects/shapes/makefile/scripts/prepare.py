"""Prints the data."""

print("\n".join(map(str, range(10))))
