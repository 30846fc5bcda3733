"""Correlation of yes-or-no predictions with the truth."""

import math

from pronghorn.components.metric import row_metric
from pronghorn.metrics.precision import share, to_bit


@row_metric(width=4)
def matthews_correlation(t, p, threshold=0.5):
    """`(TP*TN - FP*FN) / sqrt((TP+FP)(TP+FN)(TN+FP)(TN+FN))` over all elements.

    An element is predicted positive above `threshold`.
    Matthews, "Comparison of the Predicted and Observed Secondary Structure of T4 Phage Lysozyme"
    (1975).
    """
    both, neither, only_p, only_t = 0.0, 0.0, 0.0, 0.0
    for j in range(p.size):
        yes_t, yes_p = to_bit(t[j]), to_bit(p[j], threshold)
        both += yes_t * yes_p
        neither += (1.0 - yes_t) * (1.0 - yes_p)
        only_p += (1.0 - yes_t) * yes_p
        only_t += yes_t * (1.0 - yes_p)
    return both, neither, only_p, only_t


@matthews_correlation.from_sums
def _(sums, rows, threshold):
    both, neither, only_p, only_t = (float(count) for count in sums)
    product = (both + only_p) * (both + only_t) * (neither + only_p) * (neither + only_t)
    return share(both * neither - only_p * only_t, math.sqrt(product))


matthews_correlation.examples = ({}, {"threshold": 0.3})
