"""Average pooling over windows."""

from pronghorn.layers.pooling.windows import AveragePooling, Pooling1D, Pooling2D, Pooling3D


class AveragePooling1D(AveragePooling, Pooling1D):
    """The mean of each window: (batch, steps, features) to (batch, places, features).

    Args:
        pool_length: steps in a window.
        stride: steps between windows; None is `pool_length`.
        border_mode: "valid" keeps windows inside, "same" gives ceil(steps / stride) places, whose
            means leave out what lies outside.
    """


class AveragePooling2D(AveragePooling, Pooling2D):
    """The mean of each window of each channel.

    (batch, rows, columns, channels) for "tf", (batch, channels, rows, columns) for "th".

    Args:
        pool_size: rows and columns of a window.
        strides: rows and columns between windows; None is `pool_size`.
        border_mode: "valid" keeps windows inside, "same" gives ceil(length / stride) places, whose
            means leave out what lies outside.
        dim_ordering: "tf", "th" or "default".
    """


class AveragePooling3D(AveragePooling, Pooling3D):
    """The mean of each window of each channel.

    (batch, planes, rows, columns, channels) for "tf", (batch, channels, planes, rows, columns) for
    "th".

    Args:
        pool_size: planes, rows and columns of a window.
        strides: planes, rows and columns between windows; None is `pool_size`.
        border_mode: "valid" keeps windows inside, "same" gives ceil(length / stride) places, whose
            means leave out what lies outside.
        dim_ordering: "tf", "th" or "default".
    """
