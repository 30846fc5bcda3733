"""Which vector instructions the CPU has, and the shapes of register blocks that suit them."""

from dataclasses import dataclass
from functools import cache

import llvmlite.binding as llvm
import numpy as np
from numba.core import config
from numba.core.codegen import get_host_cpu_features
from numpy.typing import DTypeLike


@dataclass(frozen=True)
class Target:
    """The vector unit that code is made for.

    A register block is `rows` x `vectors` vector registers of sums, beside registers for one row
    of the right factor and one element of the left factor. It must fit the register file, and
    have at least as many sums as the unit's latency times its throughput (8 on x86, 8 to 16 on
    ARM), or the unit waits for its own results. A thin block is for products of one or two rows:
    they wait for memory, so it reads long pieces of few rows of the right factor.

    Attributes:
        name: the instruction set, for people.
        bits: width of a vector register.
        rows, vectors: shape of a register block.
        thin_vectors: vectors in a row of a thin block.
        cpu: LLVM's name of the CPU.
    """

    name: str
    bits: int
    rows: int
    vectors: int
    thin_vectors: int
    cpu: str = "generic"

    def lanes(self, dtype: DTypeLike) -> int:
        """How many numbers of `dtype` one vector register holds."""
        return self.bits // (8 * np.dtype(dtype).itemsize)

    def describe(self) -> str:
        """One line for people: CPU, instruction set, block shapes."""
        shapes = ", ".join(
            f"{self.rows}x{self.vectors * self.lanes(dtype)} {dtype}"
            for dtype in ("float32", "float64")
        )
        return f"{self.cpu}: {self.name}, {self.bits}-bit vectors, register blocks {shapes}"


def target_for(features: frozenset[str], architecture: str, cpu: str = "generic") -> Target:
    """The target for a CPU.

    Args:
        features: LLVM's names of the features that it has, such as "avx512f".
        architecture: the first part of LLVM's target triple: "x86_64", "aarch64", "arm64", ...
        cpu: LLVM's name of it.
    """
    if architecture.startswith(("aarch64", "arm64")):
        return Target("NEON", 128, 8, 2, 8, cpu)
    if "avx512f" in features:
        return Target("AVX-512", 512, 8, 2, 8, cpu)
    if {"avx2", "fma"} <= features:
        return Target("AVX2 with FMA", 256, 6, 2, 4, cpu)
    return Target("SSE2" if "sse2" in features else "baseline", 128, 4, 2, 4, cpu)


@cache
def host() -> Target:
    """The target that Numba compiles for in this process."""
    text = config.CPU_FEATURES
    if text is None:
        text = get_host_cpu_features()
    present = frozenset(part[1:] for part in text.split(",") if part.startswith("+"))
    architecture = llvm.get_process_triple().partition("-")[0]
    return target_for(present, architecture, config.CPU_NAME or llvm.get_host_cpu_name())


def describe() -> str:
    """One line about the vector unit that kernels are compiled for."""
    return host().describe()
