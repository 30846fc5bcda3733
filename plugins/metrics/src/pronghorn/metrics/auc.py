"""How well predictions rank the positives above the negatives."""

from typing import Any

import numpy as np

from pronghorn.components.context import Array, Context
from pronghorn.components.metric import Metric
from pronghorn.metrics import kernels


class AUC(Metric):
    """Area under the ROC curve: `P(p+ > p-) + P(p+ = p-) / 2` for a positive and a negative.

    Over all elements of all batches. Predictions are from 0 to 1, and equal if no threshold lies
    between them; 0 where there are no positives or no negatives. Hanley and McNeil, "The Meaning
    and Use of the Area under a Receiver Operating Characteristic (ROC) Curve" (1982).

    Args:
        num_thresholds: thresholds at equal distances from 0 to 1, both counted; two or more.
        name: its label in logs.
    """

    name = "auc"
    examples = ({}, {"num_thresholds": 11})

    def __init__(self, num_thresholds: int = 200, name: str | None = None) -> None:
        if num_thresholds < 2:
            raise ValueError(f"auc: num_thresholds must be 2 or more, got {num_thresholds!r}")
        self.num_thresholds = num_thresholds
        self.label = name
        self.width = 2 * (num_thresholds - 1)

    def get_config(self) -> dict[str, Any]:
        """The thresholds, and the label if there is one."""
        label = {"name": self.label} if self.label else {}
        return {"num_thresholds": self.num_thresholds, **label}

    def record(self, ctx: Context, t: Array, p: Array, sums: Array) -> None:
        """Describe the counts of negatives, then of positives, between each two thresholds."""
        self.check_columns(t, p)
        counts = sums.reshape((2, self.width // 2))
        ctx.run(kernels.score_counts, t.reshape((t.size,)), p.reshape((p.size,)), counts)

    def result(self, sums: Any, rows: int) -> float:
        """The area, from the counts."""
        negatives, positives = np.reshape(sums, (2, -1))
        below = np.cumsum(negatives) - negatives / 2
        pairs = negatives.sum() * positives.sum()
        return float(positives @ below / pairs) if pairs else 0.0
