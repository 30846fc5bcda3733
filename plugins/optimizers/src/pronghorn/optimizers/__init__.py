"""Optimizers."""

from typing import TYPE_CHECKING, Any

from pronghorn.registry.package import component_package

if TYPE_CHECKING:
    from pronghorn.components.optimizer import Optimizer as Optimizer
    from pronghorn.optimizers.adadelta import Adadelta as Adadelta
    from pronghorn.optimizers.adadelta import Adadelta as adadelta
    from pronghorn.optimizers.adagrad import Adagrad as Adagrad
    from pronghorn.optimizers.adagrad import Adagrad as adagrad
    from pronghorn.optimizers.adam import Adam as Adam
    from pronghorn.optimizers.adam import Adam as adam
    from pronghorn.optimizers.adamax import Adamax as Adamax
    from pronghorn.optimizers.adamax import Adamax as adamax
    from pronghorn.optimizers.adamw import AdamW as AdamW
    from pronghorn.optimizers.adamw import AdamW as adamw
    from pronghorn.optimizers.lion import Lion as Lion
    from pronghorn.optimizers.lion import Lion as lion
    from pronghorn.optimizers.nadam import Nadam as Nadam
    from pronghorn.optimizers.nadam import Nadam as nadam
    from pronghorn.optimizers.rmsprop import RMSprop as RMSprop
    from pronghorn.optimizers.rmsprop import RMSprop as rmsprop
    from pronghorn.optimizers.sgd import SGD as SGD
    from pronghorn.optimizers.sgd import SGD as sgd

    def __getattr__(name: str) -> Any: ...


component_package(__name__)
