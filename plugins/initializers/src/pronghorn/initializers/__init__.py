"""Initializers."""

from typing import TYPE_CHECKING, Any

from pronghorn.registry.package import component_package

if TYPE_CHECKING:
    from pronghorn.components.initializer import Initializer as Initializer
    from pronghorn.initializers.constants import constant as constant
    from pronghorn.initializers.constants import identity as identity
    from pronghorn.initializers.constants import one as one
    from pronghorn.initializers.constants import zero as zero
    from pronghorn.initializers.distributions import normal as normal
    from pronghorn.initializers.distributions import truncated_normal as truncated_normal
    from pronghorn.initializers.distributions import uniform as uniform
    from pronghorn.initializers.orthogonal import orthogonal as orthogonal
    from pronghorn.initializers.scaled import glorot_normal as glorot_normal
    from pronghorn.initializers.scaled import glorot_uniform as glorot_uniform
    from pronghorn.initializers.scaled import he_normal as he_normal
    from pronghorn.initializers.scaled import he_uniform as he_uniform
    from pronghorn.initializers.scaled import lecun_normal as lecun_normal
    from pronghorn.initializers.scaled import lecun_uniform as lecun_uniform
    from pronghorn.initializers.variance_scaling import variance_scaling as variance_scaling

    get = Initializer.get
    ones = one
    random_normal = normal
    random_uniform = uniform
    zeros = zero

    def __getattr__(name: str) -> Any: ...


component_package(__name__)
