"""The same kernels on the GPU, their loops spread over its threads."""

from acme_pack.kernels import cpu
from pronghorn.devices.cuda import twin

scale_columns = twin(cpu.scale_columns)
column_products = twin(cpu.column_products)
