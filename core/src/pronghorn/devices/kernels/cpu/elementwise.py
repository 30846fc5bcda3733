"""Maps of arrays of any shape, seen flat.

In-place forms take one array: given the same array twice, LLVM's check for overlap would send the
loop down its scalar path.
"""

from pronghorn.devices.cpu import kernel, prange


@kernel(functions=("f",), elementwise=True)
def map_forward(x, y):
    """y = f(x)."""
    for i in prange(x.size):
        y[i] = f(x[i])


@kernel(functions=("f",), elementwise=True)
def map_inplace(y):
    """y = f(y)."""
    for i in prange(y.size):
        y[i] = f(y[i])


@kernel(functions=("f",), elementwise=True)
def map_backward_x(x, dy, dx):
    """dx = dy * f(x), f being a derivative in terms of the input."""
    for i in prange(x.size):
        dx[i] = dy[i] * f(x[i])


@kernel(functions=("f",), elementwise=True)
def map_backward_y(y, dy, dx):
    """dx = dy * f(y), f being a derivative in terms of the output."""
    for i in prange(y.size):
        dx[i] = dy[i] * f(y[i])


@kernel(functions=("f",), elementwise=True)
def scale_inplace_x(x, dy):
    """dy = dy * f(x)."""
    for i in prange(x.size):
        dy[i] *= f(x[i])


@kernel(functions=("f",), elementwise=True)
def scale_inplace_y(y, dy):
    """dy = dy * f(y)."""
    for i in prange(y.size):
        dy[i] *= f(y[i])


@kernel(elementwise=True)
def fill(x, value):
    """x = value."""
    for i in prange(x.size):
        x[i] = value


@kernel(elementwise=True)
def copy(x, y):
    """y = x."""
    for i in prange(x.size):
        y[i] = x[i]


@kernel(elementwise=True)
def add(x, y):
    """y = y + x."""
    for i in prange(x.size):
        y[i] += x[i]


@kernel(elementwise=True)
def scale(x, value):
    """x = x * value."""
    for i in prange(x.size):
        x[i] *= value
