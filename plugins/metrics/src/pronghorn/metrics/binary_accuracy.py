"""Accuracy of yes-or-no predictions."""

from pronghorn.components.metric import metric


@metric
def binary_accuracy(y_true, y_pred):
    """Share of elements for which `y_true == round(y_pred)`; 0.5 rounds to 0."""
    return 1.0 if y_true == round(y_pred) else 0.0
