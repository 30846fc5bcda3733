"""Regularizers."""

from typing import TYPE_CHECKING, Any

from pronghorn.registry.package import component_package

if TYPE_CHECKING:
    from pronghorn.components.regularizer import Regularizer as Regularizer
    from pronghorn.regularizers.activity import activity_l1 as activity_l1
    from pronghorn.regularizers.activity import activity_l1l2 as activity_l1l2
    from pronghorn.regularizers.activity import activity_l2 as activity_l2
    from pronghorn.regularizers.eigenvalue import EigenvalueRegularizer as EigenvalueRegularizer
    from pronghorn.regularizers.l1l2 import L1L2Regularizer as L1L2Regularizer
    from pronghorn.regularizers.l1l2 import l1 as l1
    from pronghorn.regularizers.l1l2 import l1l2 as l1l2
    from pronghorn.regularizers.l1l2 import l2 as l2

    ActivityRegularizer = L1L2Regularizer
    L1L2 = L1L2Regularizer
    WeightRegularizer = L1L2Regularizer
    get = Regularizer.get
    l1_l2 = l1l2

    def __getattr__(name: str) -> Any: ...


component_package(__name__)
