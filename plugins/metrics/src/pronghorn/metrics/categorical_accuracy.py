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
    """Share of rows in which the largest target and the largest prediction are at one place."""
    return 1.0 if argmax(t) == argmax(p) else 0.0


@row_metric(sparse=True)
def sparse_categorical_accuracy(t, p):
    """Share of rows whose largest prediction is at the place that the target names."""
    label = t[0]
    for j in range(1, t.size):
        label = max(label, t[j])
    return 1.0 if label == argmax(p) else 0.0
