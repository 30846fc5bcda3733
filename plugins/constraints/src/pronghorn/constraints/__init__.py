"""Constraints."""

from typing import TYPE_CHECKING, Any

from pronghorn.registry.package import component_package

if TYPE_CHECKING:
    from pronghorn.components.constraint import Constraint as Constraint
    from pronghorn.constraints.non_neg import NonNeg as NonNeg
    from pronghorn.constraints.norms import MaxNorm as MaxNorm
    from pronghorn.constraints.norms import MinMaxNorm as MinMaxNorm
    from pronghorn.constraints.norms import UnitNorm as UnitNorm

    get = Constraint.get
    max_norm = MaxNorm
    maxnorm = MaxNorm
    min_max_norm = MinMaxNorm
    minmaxnorm = MinMaxNorm
    non_neg = NonNeg
    nonneg = NonNeg
    unit_norm = UnitNorm
    unitnorm = UnitNorm

    def __getattr__(name: str) -> Any: ...


component_package(__name__)
