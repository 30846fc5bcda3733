"""Optimizers."""

from typing import TYPE_CHECKING, Any

from pronghorn.registry.package import component_package

if TYPE_CHECKING:
    from pronghorn.components.optimizer import Optimizer as Optimizer
    from pronghorn.optimizers.adadelta import Adadelta as Adadelta
    from pronghorn.optimizers.adagrad import Adagrad as Adagrad
    from pronghorn.optimizers.adam import Adam as Adam
    from pronghorn.optimizers.adamax import Adamax as Adamax
    from pronghorn.optimizers.adamw import AdamW as AdamW
    from pronghorn.optimizers.lion import Lion as Lion
    from pronghorn.optimizers.nadam import Nadam as Nadam
    from pronghorn.optimizers.rmsprop import RMSprop as RMSprop
    from pronghorn.optimizers.sgd import SGD as SGD

    adadelta = Adadelta
    adagrad = Adagrad
    adam = Adam
    adamax = Adamax
    adamw = AdamW
    get = Optimizer.get
    lion = Lion
    nadam = Nadam
    rmsprop = RMSprop
    sgd = SGD

    def __getattr__(name: str) -> Any: ...


component_package(__name__)
