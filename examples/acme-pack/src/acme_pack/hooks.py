"""How Pronghorn behaves with this pack: `pow3` and the like are activations."""

from pronghorn.hooks import hookimpl


@hookimpl
def pronghorn_resolve(kind, identifier):
    """`pow<n>` is the activation `x**n`, for whole n."""
    if kind != "activations" or not identifier.startswith("pow"):
        return None
    exponent = identifier.removeprefix("pow")
    if not exponent.isdigit():
        return None
    n = int(exponent)

    def power(x):
        y = 1.0
        for _ in range(n):
            y = y * x
        return y

    return power
