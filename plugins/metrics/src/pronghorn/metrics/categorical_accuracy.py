"""Accuracy of one class out of several."""

from pronghorn.components.metric import row_metric


def argmax(values):
    """Index of the largest value, the first of equals."""
    best = 0
    for j in range(1, values.size):
        if values[j] > values[best]:
            best = j
    return best


@row_metric
def categorical_accuracy(t, p):
    """Share of rows with `argmax(t) == argmax(p)`; of equals, the first one counts."""
    return 1.0 if argmax(t) == argmax(p) else 0.0


@row_metric(sparse=True)
def sparse_categorical_accuracy(t, p):
    """Share of rows with `t == argmax(p)`, t being a class number; of equals, the first counts."""
    label = t[0]
    for j in range(1, t.size):
        label = max(label, t[j])
    return 1.0 if label == argmax(p) else 0.0
