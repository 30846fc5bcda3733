"""Max pooling over windows."""

from pronghorn.layers.pooling.windows import MaxPooling, Pooling1D, Pooling2D, Pooling3D


class MaxPooling1D(MaxPooling, Pooling1D):
    """The largest value of each window: (batch, steps, features) to (batch, places, features).

    Args:
        pool_length: steps in a window.
        stride: steps between windows; None is `pool_length`.
        border_mode: "valid" keeps windows inside, "same" gives ceil(steps / stride) places.
    """


class MaxPooling2D(MaxPooling, Pooling2D):
    """The largest value of each window of each channel.

    (batch, rows, columns, channels) for "tf", (batch, channels, rows, columns) for "th".

    Args:
        pool_size: rows and columns of a window.
        strides: rows and columns between windows; None is `pool_size`.
        border_mode: "valid" keeps windows inside, "same" gives ceil(length / stride) places.
        dim_ordering: "tf", "th" or "default".
    """


class MaxPooling3D(MaxPooling, Pooling3D):
    """The largest value of each window of each channel.

    (batch, planes, rows, columns, channels) for "tf", (batch, channels, planes, rows, columns) for
    "th".

    Args:
        pool_size: planes, rows and columns of a window.
        strides: planes, rows and columns between windows; None is `pool_size`.
        border_mode: "valid" keeps windows inside, "same" gives ceil(length / stride) places.
        dim_ordering: "tf", "th" or "default".
    """
