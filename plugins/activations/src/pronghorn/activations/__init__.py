"""Activation functions."""

from typing import TYPE_CHECKING, Any

from pronghorn.registry.package import component_package

if TYPE_CHECKING:
    from pronghorn.activations.elu import elu as elu
    from pronghorn.activations.exponential import exponential as exponential
    from pronghorn.activations.gelu import gelu as gelu
    from pronghorn.activations.hard_sigmoid import hard_sigmoid as hard_sigmoid
    from pronghorn.activations.linear import linear as linear
    from pronghorn.activations.mish import mish as mish
    from pronghorn.activations.relu import relu as relu
    from pronghorn.activations.selu import selu as selu
    from pronghorn.activations.sigmoid import sigmoid as sigmoid
    from pronghorn.activations.softmax import softmax as softmax
    from pronghorn.activations.softplus import softplus as softplus
    from pronghorn.activations.softsign import softsign as softsign
    from pronghorn.activations.swish import swish as swish
    from pronghorn.activations.tanh import tanh as tanh
    from pronghorn.components.activation import Activation as Activation

    get = Activation.get
    silu = swish

    def __getattr__(name: str) -> Any: ...


component_package(__name__)
