"""The names under which Keras 1 penalizes outputs; the penalties are the same as for weights."""

from pronghorn.components.regularizer import factory
from pronghorn.regularizers.l1l2 import L1L2Regularizer


@factory
def activity_l1(l: float = 0.01) -> L1L2Regularizer:  # noqa: E741 - Keras 1's name
    """`l * sum(|y|)` over the batch."""
    return L1L2Regularizer(l1=l)


@factory
def activity_l2(l: float = 0.01) -> L1L2Regularizer:  # noqa: E741 - Keras 1's name
    """`l * sum(y**2)` over the batch."""
    return L1L2Regularizer(l2=l)


@factory
def activity_l1l2(l1: float = 0.01, l2: float = 0.01) -> L1L2Regularizer:
    """`l1 * sum(|y|) + l2 * sum(y**2)` over the batch."""
    return L1L2Regularizer(l1=l1, l2=l2)
