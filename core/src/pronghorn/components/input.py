"""The shape of a model's input, where it stands by itself."""

from collections.abc import Sequence

from pronghorn.errors import ShapeError


class Input:
    """Declares a model's input, before its first layer, as scripts for Keras 2 and 3 have it.

    It is no layer: the first layer is told the shape, and the model's layers begin with that one.

    Args:
        shape: of one sample; Keras 1's `input_shape`.
        batch_size: the only one that the model takes; None for any.
        dtype: of the data; Keras 1's `input_dtype`.
        batch_shape: shape and batch size together; Keras 1's `batch_input_shape`.
        name: taken and not used.

    Example:
        >>> from pronghorn.layers import Dense, Input
        >>> from pronghorn.models import Sequential
        >>> Sequential([Input((3,)), Dense(2)]).input_shape
        (None, 3)
    """

    def __init__(
        self,
        shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        batch_shape: Sequence[int | None] | None = None,
        name: str | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        input_dtype: str | None = None,
    ) -> None:
        whole = batch_shape or batch_input_shape
        sample = input_shape if shape is None else shape
        if whole is None and sample is None:
            raise ShapeError("Input needs a shape, as in Input((784,)), without the batch axis")
        self.batch_input_shape = (batch_size, *(sample or ())) if whole is None else tuple(whole)
        self.input_dtype = dtype or input_dtype


InputLayer = Input
