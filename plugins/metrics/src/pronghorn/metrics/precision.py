"""How many of the positives that were predicted, or that there are, were found."""

from pronghorn.components.metric import row_metric


def share(part, whole):
    """`part / whole`, 0 of nothing."""
    return part / whole if whole else 0.0


def to_bit(value, threshold=0.5):
    """1 for values above the threshold, else 0."""
    return 1.0 if value > threshold else 0.0


@row_metric(width=2)
def precision(t, p, threshold=0.5):
    """`TP / (TP + FP)`: share of true ones among the elements predicted positive.

    Those are the elements above `threshold`. 0 where there are none.
    """
    found, predicted = 0.0, 0.0
    for j in range(p.size):
        found += to_bit(t[j] * p[j], threshold)
        predicted += to_bit(p[j], threshold)
    return found, predicted


@precision.from_sums
def _(sums, rows, threshold):
    return share(sums[0], sums[1])


@row_metric(width=2)
def recall(t, p, threshold=0.5):
    """`TP / (TP + FN)`: share of the elements that are positive which was predicted so.

    An element is predicted positive above `threshold`. 0 where none is positive.
    """
    found, positive = 0.0, 0.0
    for j in range(p.size):
        found += to_bit(t[j] * p[j], threshold)
        positive += to_bit(t[j])
    return found, positive


@recall.from_sums
def _(sums, rows, threshold):
    return share(sums[0], sums[1])


precision.examples = recall.examples = ({}, {"threshold": 0.3})
