"""Maps of arrays of any shape: the CPU's loops, an element or a few to each thread."""

from pronghorn.devices.cuda import twin
from pronghorn.devices.kernels.cpu import elementwise

add = twin(elementwise.add)
copy = twin(elementwise.copy)
fill = twin(elementwise.fill)
map_backward_x = twin(elementwise.map_backward_x)
map_backward_y = twin(elementwise.map_backward_y)
map_forward = twin(elementwise.map_forward)
map_inplace = twin(elementwise.map_inplace)
scale = twin(elementwise.scale)
scale_inplace_x = twin(elementwise.scale_inplace_x)
scale_inplace_y = twin(elementwise.scale_inplace_y)
