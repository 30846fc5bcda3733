"""Arithmetic on LLVM values with Python's operators, for one float32 or a vector of them."""

from typing import Any

from llvmlite import ir

INTEGER = ir.IntType(32)
FLOAT = ir.FloatType()


class Lanes:
    """A float32 or a vector of float32 under construction.

    Numbers on the right of an operator are taken as constants in every lane. Nothing here may be
    reordered by LLVM: the only fused operation is `fma`, one rounding where the processor has it.
    """

    def __init__(self, builder: ir.IRBuilder, value: ir.Value) -> None:
        self.builder, self.value = builder, value

    def __add__(self, other: "Lanes | float") -> "Lanes":
        return self._made(self.builder.fadd(self.value, self._operand(other)))

    def __radd__(self, other: float) -> "Lanes":
        return self._made(self.builder.fadd(self._operand(other), self.value))

    def __sub__(self, other: "Lanes | float") -> "Lanes":
        return self._made(self.builder.fsub(self.value, self._operand(other)))

    def __rsub__(self, other: float) -> "Lanes":
        return self._made(self.builder.fsub(self._operand(other), self.value))

    def __mul__(self, other: "Lanes | float") -> "Lanes":
        return self._made(self.builder.fmul(self.value, self._operand(other)))

    def __rmul__(self, other: float) -> "Lanes":
        return self._made(self.builder.fmul(self._operand(other), self.value))

    def __truediv__(self, other: "Lanes | float") -> "Lanes":
        return self._made(self.builder.fdiv(self.value, self._operand(other)))

    def __rtruediv__(self, other: float) -> "Lanes":
        return self._made(self.builder.fdiv(self._operand(other), self.value))

    def __neg__(self) -> "Lanes":
        return self._made(self.builder.fneg(self.value))

    def __abs__(self) -> "Lanes":
        return self.call("fabs")

    def __lt__(self, other: "Lanes | float") -> "Lanes":
        return self._compare("<", other)

    def __le__(self, other: "Lanes | float") -> "Lanes":
        return self._compare("<=", other)

    def __gt__(self, other: "Lanes | float") -> "Lanes":
        return self._compare(">", other)

    def __ge__(self, other: "Lanes | float") -> "Lanes":
        return self._compare(">=", other)

    def fma(self, factor: "Lanes | float", term: "Lanes | float") -> "Lanes":
        """self * factor + term."""
        return self.call("fmuladd", factor, term)

    def polynomial(self, *coefficients: float) -> "Lanes":
        """Value at self of the polynomial with these coefficients, the constant one first."""
        *rest, last = coefficients
        total = self.splat(last)
        for coefficient in reversed(rest):
            total = total.fma(self, coefficient)
        return total

    def where(self, chosen: "Lanes | float", other: "Lanes | float") -> "Lanes":
        """With self a comparison: `chosen` where it holds, else `other`."""
        lanes = chosen if isinstance(chosen, Lanes) else other
        assert isinstance(lanes, Lanes)
        sides = lanes._operand(chosen), lanes._operand(other)
        return self._made(self.builder.select(self.value, *sides))

    def copysign(self, sign: "Lanes") -> "Lanes":
        """The magnitude of self with the sign of another."""
        return self.call("copysign", sign)

    def flipped(self, number: "Bits", bit: int) -> "Lanes":
        """Negated where `number` has the bit of value `bit`, a power of two."""
        sign = (number & bit) << (32 - bit.bit_length())
        patterns = self.bits()
        return patterns._made(self.builder.xor(patterns.value, sign.value)).pattern()

    def splat(self, value: float) -> "Lanes":
        """A number in every lane."""
        return self._made(_constant(self.value.type, value))

    def bits(self) -> "Bits":
        """The bit patterns as 32-bit integers."""
        return Bits(self.builder, self.builder.bitcast(self.value, _like(self.value.type, INTEGER)))

    def call(self, name: str, *others: "Lanes | float") -> "Lanes":
        """The result of an LLVM intrinsic that takes and gives this type."""
        kind = self.value.type
        suffix = f"v{kind.count}f32" if isinstance(kind, ir.VectorType) else "f32"
        signature = ir.FunctionType(kind, [kind] * (1 + len(others)))
        function = _declared(self.builder.module, f"llvm.{name}.{suffix}", signature)
        arguments = [self.value, *map(self._operand, others)]
        return self._made(self.builder.call(function, arguments))

    def _compare(self, how: str, other: "Lanes | float") -> "Lanes":
        return self._made(self.builder.fcmp_ordered(how, self.value, self._operand(other)))

    def _operand(self, other: "Lanes | float") -> ir.Value:
        return other.value if isinstance(other, Lanes) else _constant(self.value.type, other)

    def _made(self, value: ir.Value) -> "Lanes":
        return Lanes(self.builder, value)


class Bits:
    """32-bit integers under construction, as many as the `Lanes` that they come from."""

    def __init__(self, builder: ir.IRBuilder, value: ir.Value) -> None:
        self.builder, self.value = builder, value

    def __add__(self, other: "Bits | int") -> "Bits":
        return self._made(self.builder.add(self.value, self._operand(other)))

    def __sub__(self, other: "Bits | int") -> "Bits":
        return self._made(self.builder.sub(self.value, self._operand(other)))

    def __and__(self, other: "Bits | int") -> "Bits":
        return self._made(self.builder.and_(self.value, self._operand(other)))

    def __lshift__(self, count: int) -> "Bits":
        return self._made(self.builder.shl(self.value, self._operand(count)))

    def __rshift__(self, count: int) -> "Bits":
        """Shift right, keeping the sign."""
        return self._made(self.builder.ashr(self.value, self._operand(count)))

    def shifted_down(self, count: int) -> "Bits":
        """Shift right, zeros coming in."""
        return self._made(self.builder.lshr(self.value, self._operand(count)))

    def has(self, bit: int) -> Lanes:
        """A condition for `Lanes.where`: whether any bit of `bit` is set."""
        kept = self & bit
        return Lanes(self.builder, self.builder.icmp_signed("!=", kept.value, self._operand(0)))

    def pattern(self) -> Lanes:
        """The floats with these bit patterns."""
        kind = _like(self.value.type, FLOAT)
        return Lanes(self.builder, self.builder.bitcast(self.value, kind))

    def number(self) -> Lanes:
        """The floats with these values."""
        return Lanes(self.builder, self.builder.sitofp(self.value, _like(self.value.type, FLOAT)))

    def _operand(self, other: "Bits | int") -> ir.Value:
        return other.value if isinstance(other, Bits) else _constant(self.value.type, other)

    def _made(self, value: ir.Value) -> "Bits":
        return Bits(self.builder, value)


def _declared(module: ir.Module, name: str, signature: ir.FunctionType) -> ir.Function:
    found = module.globals.get(name)
    return ir.Function(module, signature, name) if found is None else found


def _like(kind: Any, element: ir.Type) -> ir.Type:
    return ir.VectorType(element, kind.count) if isinstance(kind, ir.VectorType) else element


def _constant(kind: Any, value: float) -> ir.Constant:
    if isinstance(kind, ir.VectorType):
        return ir.Constant(kind, [ir.Constant(kind.element, value)] * kind.count)
    return ir.Constant(kind, value)
