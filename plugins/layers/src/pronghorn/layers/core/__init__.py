"""Core layers: Dense, Activation, Dropout, and those that change shapes or masks."""

from pronghorn.layers.core.activation import Activation
from pronghorn.layers.core.activity_regularization import ActivityRegularization
from pronghorn.layers.core.dense import Dense
from pronghorn.layers.core.dropout import Dropout
from pronghorn.layers.core.flatten import Flatten
from pronghorn.layers.core.highway import Highway
from pronghorn.layers.core.lambda_layer import Lambda
from pronghorn.layers.core.masking import Masking
from pronghorn.layers.core.maxout_dense import MaxoutDense
from pronghorn.layers.core.permute import Permute
from pronghorn.layers.core.repeat_vector import RepeatVector
from pronghorn.layers.core.reshape import Reshape
from pronghorn.layers.core.spatial_dropout import (
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from pronghorn.layers.core.time_distributed_dense import TimeDistributedDense

__all__ = [
    "Activation",
    "ActivityRegularization",
    "Dense",
    "Dropout",
    "Flatten",
    "Highway",
    "Lambda",
    "Masking",
    "MaxoutDense",
    "Permute",
    "RepeatVector",
    "Reshape",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "TimeDistributedDense",
]
