"""Constraints."""

from typing import TYPE_CHECKING, Any

from pronghorn.registry.package import component_package

if TYPE_CHECKING:
    from pronghorn.components.constraint import Constraint as Constraint
    from pronghorn.constraints.non_neg import NonNeg as NonNeg
    from pronghorn.constraints.non_neg import NonNeg as non_neg
    from pronghorn.constraints.non_neg import NonNeg as nonneg
    from pronghorn.constraints.norms import MaxNorm as MaxNorm
    from pronghorn.constraints.norms import MaxNorm as max_norm
    from pronghorn.constraints.norms import MaxNorm as maxnorm
    from pronghorn.constraints.norms import MinMaxNorm as MinMaxNorm
    from pronghorn.constraints.norms import MinMaxNorm as min_max_norm
    from pronghorn.constraints.norms import MinMaxNorm as minmaxnorm
    from pronghorn.constraints.norms import UnitNorm as UnitNorm
    from pronghorn.constraints.norms import UnitNorm as unit_norm
    from pronghorn.constraints.norms import UnitNorm as unitnorm

    def __getattr__(name: str) -> Any: ...


component_package(__name__)
