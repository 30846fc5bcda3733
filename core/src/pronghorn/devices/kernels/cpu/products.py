"""Matrix products. Without an `activate` they are plain."""

from pronghorn.devices.product import multiplies


@multiplies()
def product(a, b, c):
    """c (n, m) = activate(a (n, k) @ b (k, m))."""
    c[:] = activate(a @ b)


@multiplies(turn_a=True)
def product_tn(a, b, c):
    """c (n, m) = activate(a (k, n).T @ b (k, m)): the gradient of a dense layer's weights."""
    c[:] = activate(a.T @ b)


@multiplies(turn_b=True)
def product_nt(a, b, c):
    """c (n, m) = activate(a (n, k) @ b (m, k).T): the gradient of a dense layer's input."""
    c[:] = activate(a @ b.T)


@multiplies()
def product_bias(a, b, bias, c):
    """c (n, m) = activate(a (n, k) @ b (k, m) + bias (m,)): a dense layer."""
    c[:] = activate(a @ b + bias)


@multiplies(batched=True)
def batch_product(a, b, c):
    """c[i] (n, m) = a[i] (n, k) @ b[i] (k, m) for every i."""
    c[:] = activate(a @ b)


@multiplies(turn_a=True, batched=True)
def batch_product_tn(a, b, c):
    """c[i] (n, m) = a[i] (k, n).T @ b[i] (k, m) for every i."""
    c[:] = activate(a.swapaxes(1, 2) @ b)


@multiplies(turn_b=True, batched=True)
def batch_product_nt(a, b, c):
    """c[i] (n, m) = a[i] (n, k) @ b[i] (m, k).T for every i."""
    c[:] = activate(a @ b.swapaxes(1, 2))
