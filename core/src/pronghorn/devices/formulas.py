"""Elementary functions for float32 without branches, so that LLVM can vectorize them.

Each works on a `Lanes`: one number or a vector. Errors stay below two units in the last place,
subnormal results included; NaN and infinity are what C's functions make of them. The polynomials
are minimax fits made for this module; the reductions are the classical ones (W. J. Cody and
W. Waite, Software Manual for the Elementary Functions, 1980; P. T. P. Tang, ACM TOMS 15, 1989).
"""

import math

from pronghorn.devices.lanes import Bits, Lanes

LOG2_E = 1.0 / math.log(2.0)
# ln 2 in two parts: the first has nine bits, so that a small multiple of it is exact.
LN_2_HIGH = 0.693359375
LN_2_LOW = math.log(2.0) - LN_2_HIGH
# Adding this to a float32 rounds to an integer, which the lowest bits of the sum then hold.
ROUNDER = 12582912.0
ROUNDER_BITS = 0x4B400000
ONE_BITS = 0x3F800000
MANTISSA = 23
# (exp(r) - 1 - r) / r^2 for |r| <= ln(2) / 2.
EXPONENTIAL = (
    0.4999999403953552,
    0.16666515171527863,
    0.04166845604777336,
    0.008369418792426586,
    0.0013813144760206342,
)
# (log(1 + f) - f + f^2 / 2) / f^3 for |f| <= 1/3.
LOGARITHM = (
    0.3333321213722229,
    -0.24999792873859406,
    0.20010609924793243,
    -0.16680759191513062,
    0.14002129435539246,
    -0.1218000277876854,
    0.14004607498645782,
    -0.12912242114543915,
)
# erf(x) / x in terms of x^2 for |x| <= ERF_SPLIT, less the leading 1 beyond; log(erfc) above.
ERF_SPLIT = 0.925
ERF_SMALL = (
    0.1283791065216064,
    -0.37612488865852356,
    0.1128176599740982,
    -0.026764754205942154,
    0.004990412853658199,
    -0.0005976588581688702,
)
ERF_LARGE = (
    -0.0002034078206634149,
    -1.1276437044143677,
    -0.6372359395027161,
    -0.10388454794883728,
    0.022204264998435974,
    -0.003037539077922702,
    0.0001953588507603854,
)
# tanh(x) / x in terms of x^2 for |x| <= TANH_SPLIT, less the leading 1, by x^2.
TANH_SPLIT = 0.625
TANH_SMALL = (
    -0.3333328068256378,
    0.13331441581249237,
    -0.05373971536755562,
    0.0206390880048275,
    -0.005704986862838268,
)
# sin(pi r) / r and cos(pi r) in terms of r^2 for |r| <= 1/4.
SINE = (3.1415927410125732, -5.167707920074463, 2.549767255783081, -0.5890786647796631)
COSINE = (1.0, -4.934802055358887, 4.058707237243652, -1.3350446224212646, 0.23132970929145813)
TWO_THIRDS_BITS = 0x3F2AAAAB
SMALLEST_NORMAL = 2.0**-126
INFINITY = math.inf
LARGEST_EXPONENT = 127


def exp(x: Lanes) -> Lanes:
    """e to the x."""
    k, r = _split(_clamped(x, -104.0, 89.0))
    # Two factors, since 2^k alone may overflow or be subnormal where the result is not.
    half = k >> 1
    return _scaled(_scaled(1.0 + _expm1_reduced(r), half), k - half)


def expm1(x: Lanes) -> Lanes:
    """e to the x, less 1, exact to the last digits for small x."""
    k, r = _split(_clamped(x, -17.5, 89.0))
    most = _smaller(k, LARGEST_EXPONENT)
    scale = _power_of_two(most)
    value = _expm1_reduced(r).fma(scale, scale - 1.0)
    return _scaled(value, k - most).copysign(x)


def log(x: Lanes) -> Lanes:
    """Natural logarithm."""
    subnormal = x < SMALLEST_NORMAL
    k, f = _mantissa(subnormal.where(x * 2.0**MANTISSA, x))
    k = subnormal.where(k - float(MANTISSA), k)
    value = _log_of_parts(k, f)
    value = (x < INFINITY).where(value, x)
    value = (x > 0.0).where(value, x - x - INFINITY)
    return _nan_below(x, 0.0, value)


def log1p(x: Lanes) -> Lanes:
    """log(1 + x), exact to the last digits for small x."""
    u = 1.0 + x
    # What the sum has lost, in the larger of its terms.
    lost = (x > 1.0).where(1.0 - (u - x), x - (u - 1.0))
    k, f = _mantissa(u)
    value = _log_of_parts(k, f) + lost / u
    value = (u < INFINITY).where(value, x)
    value = (x > -1.0).where(value, x - x - INFINITY)
    value = (abs(x) < 2.0**-25).where(x, value)
    return _nan_below(x, -1.0, value)


def tanh(x: Lanes) -> Lanes:
    """Hyperbolic tangent."""
    a = _clamped(abs(x), 0.0, 10.0)
    square = a * a
    small = square.polynomial(*TANH_SMALL).fma(square * a, a)
    k, r = _split(2.0 * a)
    e = _scaled(1.0 + _expm1_reduced(r), k)
    large = 1.0 - 2.0 / (e + 1.0)
    return (a < TANH_SPLIT).where(small, large).copysign(x)


def sigmoid(x: Lanes) -> Lanes:
    """1 / (1 + exp(-x))."""
    e = exp(-abs(x))
    positive = x >= 0.0
    total = 1.0 + e
    quotient = positive.where(1.0, e) / total
    # What the sum has lost, as a part of it.
    lost = (e - (total - 1.0)) * positive.where(quotient, 1.0 - quotient)
    return (-quotient).fma(lost, quotient)


def erf(x: Lanes) -> Lanes:
    """Error function."""
    a = _clamped(abs(x), 0.0, 4.0)
    square = a * a
    small = square.polynomial(*ERF_SMALL).fma(a, a)
    large = 1.0 - exp(a.polynomial(*ERF_LARGE))
    return (a < ERF_SPLIT).where(small, large).copysign(x)


def uniform(word: Bits) -> Lanes:
    """A number between 0 and 1, both excluded, from a random word: its upper 23 bits, centred."""
    return word.shifted_down(9).number().fma(2.0**-23, 2.0**-24)


def normal_pair(first: Bits, second: Bits) -> tuple[Lanes, Lanes]:
    """Two independent standard normal numbers from two random words.

    G. E. P. Box and M. E. Muller, "A note on the generation of random normal deviates", 1958.
    """
    # The lower half of (0, 1) with 31 bits, so that the tails reach 6.6 standard deviations.
    radius = (-2.0 * log(first.shifted_down(1).number().fma(2.0**-31, 2.0**-32))).call("sqrt")
    sine, cosine = _turn(second.number() * 2.0**-31)
    return radius * cosine, radius * sine


def _turn(t: Lanes) -> tuple[Lanes, Lanes]:
    """Sine and cosine of pi t, -1 <= t <= 1."""
    shifted = t.fma(2.0, ROUNDER)
    r = (shifted - ROUNDER).fma(-0.5, t)
    square = r * r
    sine, cosine = square.polynomial(*SINE) * r, square.polynomial(*COSINE)
    quarter = shifted.bits()
    odd = quarter.has(1)
    first, second = odd.where(cosine, sine), odd.where(sine, cosine)
    return first.flipped(quarter, 2), second.flipped(quarter + 1, 2)


def _clamped(x: Lanes, low: float, high: float) -> Lanes:
    # A comparison with NaN is false, so NaN goes through.
    x = (x < low).where(low, x)
    return (x > high).where(high, x)


def _smaller(k: Bits, limit: int) -> Bits:
    chosen = k.builder.icmp_signed("<", k.value, k._operand(limit))
    return Bits(k.builder, k.builder.select(chosen, k.value, k._operand(limit)))


def _split(x: Lanes) -> tuple[Bits, Lanes]:
    """k and r with x = k ln 2 + r, |r| <= ln(2) / 2."""
    shifted = x.fma(LOG2_E, ROUNDER)
    k = shifted - ROUNDER
    r = k.fma(-LN_2_LOW, k.fma(-LN_2_HIGH, x))
    return shifted.bits() - ROUNDER_BITS, r


def _expm1_reduced(r: Lanes) -> Lanes:
    return r.polynomial(*EXPONENTIAL).fma(r * r, r)


def _power_of_two(k: Bits) -> Lanes:
    return ((k << MANTISSA) + ONE_BITS).pattern()


def _scaled(x: Lanes, k: Bits) -> Lanes:
    return x * _power_of_two(k)


def _mantissa(x: Lanes) -> tuple[Lanes, Lanes]:
    """k and f with x = 2^k (1 + f), -1/3 <= f < 1/3, for normal positive x."""
    bits = x.bits()
    k = (bits - TWO_THIRDS_BITS) >> MANTISSA
    return k.number(), (bits - (k << MANTISSA)).pattern() - 1.0


def _log_of_parts(k: Lanes, f: Lanes) -> Lanes:
    square = f * f
    tail = f.polynomial(*LOGARITHM).fma(f * square, square * -0.5)
    return k.fma(LN_2_HIGH, k.fma(LN_2_LOW, tail) + f)


def _nan_below(x: Lanes, limit: float, value: Lanes) -> Lanes:
    return (x < limit).where(math.nan, value)
