"""Accuracy of yes-or-no predictions."""

from pronghorn.components.metric import metric


@metric
def binary_accuracy(y_true, y_pred, threshold=0.5):
    """Share of elements with `y_true == round(y_pred + 0.5 - threshold)`; 0.5 rounds to 0."""
    return 1.0 if y_true == round(y_pred + (0.5 - threshold)) else 0.0


binary_accuracy.examples = ({}, {"threshold": 0.3})
