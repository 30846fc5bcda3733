"""Accuracy with several guesses."""

from pronghorn.components.metric import row_metric
from pronghorn.metrics.categorical_accuracy import argmax


@row_metric
def top_k_categorical_accuracy(t, p, k=5):
    """Share of rows with `count(p > p[argmax(t)]) < k`: the true class is among the first k."""
    chosen = p[argmax(t)]
    larger = 0
    for j in range(p.size):
        if p[j] > chosen:
            larger += 1
    return 1.0 if larger < k else 0.0


@row_metric(sparse=True)
def sparse_top_k_categorical_accuracy(t, p, k=5):
    """Share of rows with `count(p > p[t]) < k`, t being a class number."""
    label = int(t[0])
    if not (label >= 0 and label < p.size):
        return 0.0
    larger = 0
    for j in range(p.size):
        if p[j] > p[label]:
            larger += 1
    return 1.0 if larger < k else 0.0


top_k_categorical_accuracy.examples = ({}, {"k": 2})
sparse_top_k_categorical_accuracy.examples = ({}, {"k": 2})
