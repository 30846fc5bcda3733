"""What `compile` looks up: metrics with their labels, and who wants to see the gradients."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pronghorn import hooks
from pronghorn.components.layer import Shape
from pronghorn.components.metric import Metric, accuracy_for
from pronghorn.components.objective import Objective

if TYPE_CHECKING:
    from pronghorn.models.compiled import Compiled

ACCURACY = ("accuracy", "acc")


def label_metrics(
    metrics: Sequence[Any] | Mapping[str, Any] | None,
    objective: Objective,
    output_shape: Shape,
    class_mode: str | None = None,
) -> list[tuple[str, Metric]]:
    """Each metric with its label; repeated labels get `_1`, `_2`.

    "accuracy" is labelled `acc` and means what suits the objective and the output.
    """
    if isinstance(metrics, Mapping):
        metrics = [m for given in metrics.values() for m in _as_list(given)]
    if isinstance(metrics, str) or callable(metrics):
        raise TypeError(f"metrics must be a list, as in metrics=[{metrics!r}]")
    seen: Counter[str] = Counter()
    labelled = []
    for given in metrics or []:
        if isinstance(given, str) and given in ACCURACY:
            label, metric = "acc", Metric.get(accuracy_for(objective, output_shape, class_mode))
        else:
            metric = Metric.get(given)
            label = metric.label or metric.name
        labelled.append((f"{label}_{seen[label]}" if seen[label] else label, metric))
        seen[label] += 1
    return labelled


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def gradient_hook(model: "Compiled") -> Callable[[Any], None] | None:
    """A call that shows the gradients to the packs that want them, or None if none does."""
    hook = hooks.manager().hook.pronghorn_gradients_ready
    if not hook.get_hookimpls():
        return None
    return lambda gradients: hook(model=model, gradients=gradients)
