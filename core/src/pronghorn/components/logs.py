"""What callbacks and histories hold: values by label."""

from typing import Any

LABELS = {"accuracy": "acc", "val_accuracy": "val_acc"}
"""Labels of Keras 2 and 3, and what Keras 1 and Pronghorn call the same."""


class LabelledValues(dict[str, Any]):
    """Values by label, which are also found under the labels of Keras 2 and 3.

    >>> logs = LabelledValues(acc=0.5)
    >>> logs["accuracy"], logs.get("accuracy"), list(logs)
    (0.5, 0.5, ['acc'])
    """

    def __missing__(self, label: str) -> Any:
        if label not in self:
            raise KeyError(label)
        return self[LABELS[label]]

    def __contains__(self, label: object) -> bool:
        has = super().__contains__
        return has(label) or has(LABELS.get(str(label)))

    def get(self, label: str, default: Any = None) -> Any:
        """The value, or `default` if there is none."""
        return self[label] if label in self else default  # noqa: SIM401 (it would call itself)
