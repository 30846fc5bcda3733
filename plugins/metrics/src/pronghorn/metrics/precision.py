"""How many of the positives that were predicted, or that there are, were found."""

from pronghorn.components.metric import row_metric

EPSILON = 1e-7


def to_bit(value):
    """1 for values above a half, else 0."""
    return 1.0 if value > 0.5 else 0.0


@row_metric(width=2)
def precision(t, p):
    """`TP / (TP + FP)`: share of true ones among the elements predicted positive."""
    found, predicted = 0.0, 0.0
    for j in range(p.size):
        found += to_bit(t[j] * p[j])
        predicted += to_bit(p[j])
    return found, predicted


@precision.from_sums
def _(sums, rows):
    return sums[0] / (sums[1] + EPSILON)


@row_metric(width=2)
def recall(t, p):
    """`TP / (TP + FN)`: share of the elements that are positive which was predicted so."""
    found, positive = 0.0, 0.0
    for j in range(p.size):
        found += to_bit(t[j] * p[j])
        positive += to_bit(t[j])
    return found, positive


@recall.from_sums
def _(sums, rows):
    return sums[0] / (sums[1] + EPSILON)
