"""Mean of precision and recall."""

from pronghorn.components.metric import row_metric
from pronghorn.metrics.precision import share, to_bit

EPSILON = 1e-7
"""Keras 1's, so that the score is its too where precision and recall are small."""


@row_metric(width=3)
def fbeta_score(t, p, beta=1.0, threshold=0.5):
    """`(1 + beta**2) * P * R / (beta**2 * P + R)` of precision P and recall R.

    An element is predicted positive above `threshold`. 0 where there are no positives. A negative
    `beta` is a ValueError. van Rijsbergen, "Information Retrieval" (1979).
    """
    found, predicted, positive = 0.0, 0.0, 0.0
    for j in range(p.size):
        found += to_bit(t[j] * p[j], threshold)
        predicted += to_bit(p[j], threshold)
        positive += to_bit(t[j])
    return found, predicted, positive


def fbeta(sums, beta):
    """The score, from the counts of positives found, predicted and there."""
    if beta < 0:
        raise ValueError(f"fbeta_score: beta must not be negative, got {beta!r}")
    precision, recall = share(sums[0], sums[1]), share(sums[0], sums[2])
    square = beta * beta
    return (1 + square) * precision * recall / (square * precision + recall + EPSILON)


@fbeta_score.from_sums
def _(sums, rows, beta, threshold):
    return fbeta(sums, beta)


@row_metric(width=3)
def fmeasure(t, p, threshold=0.5):
    """`2 * P * R / (P + R)` of precision P and recall R: `fbeta_score` with beta 1.

    An element is predicted positive above `threshold`.
    """
    return fbeta_score(t, p, 1.0, threshold)


@fmeasure.from_sums
def _(sums, rows, threshold):
    return fbeta(sums, 1.0)


fbeta_score.examples = ({}, {"beta": 2.0, "threshold": 0.3})
fmeasure.examples = ({}, {"threshold": 0.3})
