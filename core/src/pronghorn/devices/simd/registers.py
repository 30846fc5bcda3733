"""The Numba types of values that live in vector registers."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import models, register_model

INDEX = types.intp


class Vector(types.Type):
    """One vector register: `lanes` numbers of a floating type."""

    def __init__(self, dtype: types.Float, lanes: int) -> None:
        self.dtype = dtype
        self.lanes = lanes
        super().__init__(name=f"{dtype}x{lanes}")


class Block(types.Type):
    """A register block: `rows` rows of `vectors` vector registers.

    Attributes:
        columns: numbers in a row.
        size: vectors in all.
    """

    def __init__(self, dtype: types.Float, lanes: int, rows: int, vectors: int) -> None:
        self.dtype = dtype
        self.lanes = lanes
        self.rows = rows
        self.vectors = vectors
        self.columns = vectors * lanes
        self.size = rows * vectors
        super().__init__(name=f"{rows}x{vectors} of {dtype}x{lanes}")


@register_model(Vector)
class VectorModel(models.PrimitiveModel):
    """A `Vector` as LLVM's vector type."""

    def __init__(self, manager: Any, kind: Vector) -> None:
        super().__init__(manager, kind, llvm_vector(manager, kind))


@register_model(Block)
class BlockModel(models.PrimitiveModel):
    """A `Block` as an LLVM array of vectors, which LLVM takes apart into registers."""

    def __init__(self, manager: Any, kind: Block) -> None:
        super().__init__(manager, kind, ir.ArrayType(llvm_vector(manager, kind), kind.size))


def llvm_vector(manager: Any, kind: Vector | Block) -> ir.VectorType:
    """LLVM's type of the vectors of `kind`; `manager` knows the models of numbers."""
    return ir.VectorType(manager.lookup(kind.dtype).get_data_type(), kind.lanes)


def element(where: types.Type) -> types.Float | None:
    """The element type of an array or pointer of floating numbers; None for anything else."""
    if isinstance(where, types.CPointer | types.Array) and isinstance(where.dtype, types.Float):
        return where.dtype
    return None


def constant(value: types.Type) -> Any:
    """The value that a type says is known when the code is compiled, else None."""
    return value.literal_value if isinstance(value, types.Literal) else None


def vector_of(where: types.Type, bits: types.Type) -> Vector | None:
    """The vector of the element type of `where` that fills a register of `bits`."""
    dtype, width = element(where), constant(bits)
    if dtype is None or width is None:
        return None
    return Vector(dtype, width // dtype.bitwidth)


def block_of(
    where: types.Type, rows: types.Type, vectors: types.Type, bits: types.Type
) -> Block | None:
    """The block of the element type of `where` and a shape known when the code is compiled."""
    vector, shape = vector_of(where, bits), (constant(rows), constant(vectors))
    if vector is None or None in shape:
        return None
    return Block(vector.dtype, vector.lanes, *shape)
