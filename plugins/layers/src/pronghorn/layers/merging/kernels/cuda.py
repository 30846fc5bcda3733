"""Kernels of merging on the GPU: the same loops, spread over its threads."""

from pronghorn.devices.cuda import twin
from pronghorn.layers.merging.kernels import cpu

put_columns = twin(cpu.put_columns)
take_columns = twin(cpu.take_columns)
multiply = twin(cpu.multiply)
maximum = twin(cpu.maximum)
take_maximum = twin(cpu.take_maximum)
squares = twin(cpu.squares)
cosines = twin(cpu.cosines)
cosine_gradients = twin(cpu.cosine_gradients)
add_scaled_rows = twin(cpu.add_scaled_rows)
