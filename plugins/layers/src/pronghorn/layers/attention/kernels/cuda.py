"""Kernels of attention on the GPU: a thread for each row of scores."""

from pronghorn.devices.cuda import twin
from pronghorn.layers.attention.kernels import cpu

attend = twin(cpu.attend)
attend_backward = twin(cpu.attend_backward)
