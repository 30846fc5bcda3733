"""Long sums are taken in parts, so that threads share them and float32 stays exact."""

PARTS = 64
PART = 16384
"""Elements of one part, roughly."""


def parts(size: int) -> int:
    """In how many parts a sum over `size` elements is taken."""
    return min(max(size // PART, 1), PARTS)
