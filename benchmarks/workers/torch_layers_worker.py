"""PyTorch's side of the comparison of layers: eager, in the better of its memory formats."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from layer_shapes import FILMS, IMAGES, SEQUENCES, SHAPES, VOLUMES, WORDS
from protocol import faster, serve
from torch import nn
from torch.nn import functional

CHANNELS_LAST = {"LayerNormalization", "Masking", "Permute", "Softmax", "TimeDistributed",
                 "TimeDistributedDense", "GRU", "LSTM", "SimpleRNN", "Bidirectional",
                 "MultiHeadAttention"}  # fmt: skip
"""Those that PyTorch too has with features last."""


class Steps(nn.Module):
    """A recurrent layer's outputs, those of all steps or of the last one."""

    def __init__(self, layer: nn.Module, last: bool = False) -> None:
        super().__init__()
        self.layer, self.last = layer, last

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.layer(x)[0]
        return y[:, -1] if self.last else y


class ConvLSTM(nn.Module):
    """On frames of the first step, then of the second, and so on; convolved all at once."""

    def __init__(self, steps: int, channels: int, filters: int) -> None:
        super().__init__()
        self.steps = steps
        self.w = nn.Conv2d(channels, 4 * filters, 3, padding="same")
        self.u = nn.Conv2d(filters, 4 * filters, 3, padding="same", bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        outputs: list[torch.Tensor] = []
        c = torch.zeros(())
        for z in self.w(x).chunk(self.steps):
            i, f, g, o = (z + self.u(outputs[-1]) if outputs else z).chunk(4, 1)
            i, f, o = (functional.hardsigmoid(gate) for gate in (i, f, o))
            c = f * c + i * g.tanh()
            outputs.append(o * c.tanh())
        return torch.cat(outputs)


class Highway(nn.Module):
    def __init__(self, units: int) -> None:
        super().__init__()
        self.h, self.t = nn.Linear(units, units), nn.Linear(units, units)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        t = torch.sigmoid(self.t(x))
        return t * torch.relu(self.h(x)) + (1 - t) * x


class SelfAttention(nn.Module):
    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.layer = nn.MultiheadAttention(features, heads, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.layer(x, x, x, need_weights=False)[0]
        return y


class Maxout(nn.Module):
    def __init__(self, inputs: int, units: int, features: int) -> None:
        super().__init__()
        self.features, self.linear = features, nn.Linear(inputs, units * features)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x).view(len(x), self.features, -1).amax(1)


class PerChannel(nn.Module):
    """A function of the input and of some weights for each channel."""

    def __init__(self, function: Callable[..., torch.Tensor], *starts: float) -> None:
        super().__init__()
        self.function = function
        self.starts = nn.ParameterList(torch.full((IMAGES[-1], 1, 1), s) for s in starts)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.function(x, *self.starts)


def softplus(x: torch.Tensor, alpha: torch.Tensor, beta: torch.Tensor) -> torch.Tensor:
    return alpha * functional.softplus(beta * x)


def srelu(x: torch.Tensor, *weights: torch.Tensor) -> torch.Tensor:
    left, slope_left, right, slope_right = weights
    top = left + right.abs()
    middle = torch.minimum(torch.maximum(x, left), top)
    under, over = functional.relu(left - x), functional.relu(x - top)
    return middle - slope_left * under + slope_right * over


def masked(x: torch.Tensor) -> torch.Tensor:
    return x * (x != 0).any(-1, keepdim=True)


FEATURES, CHANNELS, DEPTH = SEQUENCES[-1], IMAGES[-1], VOLUMES[-1]
MAKE: dict[str, Callable[[], Any]] = {
    "Activation": nn.ReLU,
    "AtrousConvolution1D": lambda: nn.Conv1d(FEATURES, 128, 3, dilation=2),
    "AtrousConvolution2D": lambda: nn.Conv2d(CHANNELS, 32, 3, dilation=2),
    "AveragePooling1D": lambda: nn.AvgPool1d(2),
    "AveragePooling2D": lambda: nn.AvgPool2d(2),
    "AveragePooling3D": lambda: nn.AvgPool3d(2),
    "BatchNormalization": lambda: nn.BatchNorm2d(CHANNELS),
    "Bidirectional": lambda: Steps(
        nn.LSTM(FEATURES, 64, batch_first=True, bidirectional=True), True
    ),
    "ConvLSTM2D": lambda: ConvLSTM(FILMS[1], FILMS[-1], 32),
    "Conv1DTranspose": lambda: nn.ConvTranspose1d(FEATURES, 128, 3),
    "Conv2DTranspose": lambda: nn.ConvTranspose2d(CHANNELS, 32, 3),
    "Conv3DTranspose": lambda: nn.ConvTranspose3d(DEPTH, 16, 3),
    "Convolution1D": lambda: nn.Conv1d(FEATURES, 128, 3),
    "Convolution2D": lambda: nn.Conv2d(CHANNELS, 32, 3),
    "Convolution3D": lambda: nn.Conv3d(DEPTH, 16, 3),
    "Cropping1D": lambda: nn.ConstantPad1d(-1, 0.0),
    "Cropping2D": lambda: nn.ConstantPad2d(-1, 0.0),
    "Cropping3D": lambda: nn.ConstantPad3d(-1, 0.0),
    "Deconvolution2D": lambda: nn.ConvTranspose2d(CHANNELS, 32, 3, 2),
    "Dense": lambda: nn.Linear(512, 512),
    "DepthwiseConv2D": lambda: nn.Conv2d(CHANNELS, CHANNELS, 3, groups=CHANNELS),
    "Dropout": nn.Dropout,
    "ELU": nn.ELU,
    "Embedding": lambda: nn.Embedding(WORDS, 128),
    "Flatten": nn.Flatten,
    "GRU": lambda: Steps(nn.GRU(FEATURES, 128, batch_first=True)),
    "GaussianDropout": lambda: lambda x: x * (1 + torch.randn_like(x)),
    "GaussianNoise": lambda: lambda x: x + 0.1 * torch.randn_like(x),
    "GlobalAveragePooling1D": lambda: partial(torch.mean, dim=2),
    "GlobalAveragePooling2D": lambda: partial(torch.mean, dim=(2, 3)),
    "GlobalAveragePooling3D": lambda: partial(torch.mean, dim=(2, 3, 4)),
    "GlobalMaxPooling1D": lambda: partial(torch.amax, dim=2),
    "GlobalMaxPooling2D": lambda: partial(torch.amax, dim=(2, 3)),
    "GlobalMaxPooling3D": lambda: partial(torch.amax, dim=(2, 3, 4)),
    "Highway": lambda: Highway(512),
    "LSTM": lambda: Steps(nn.LSTM(FEATURES, 128, batch_first=True)),
    "LayerNormalization": lambda: nn.LayerNorm(512),
    "LeakyReLU": lambda: nn.LeakyReLU(0.3),
    "Masking": lambda: masked,
    "MaxPooling1D": lambda: nn.MaxPool1d(2),
    "MaxPooling2D": lambda: nn.MaxPool2d(2),
    "MaxPooling3D": lambda: nn.MaxPool3d(2),
    "MaxoutDense": lambda: Maxout(512, 128, 4),
    "MultiHeadAttention": lambda: SelfAttention(FEATURES, 4),
    "PReLU": lambda: nn.PReLU(CHANNELS),
    "ParametricSoftplus": lambda: PerChannel(softplus, 0.2, 5.0),
    "Permute": lambda: lambda x: x.transpose(1, 2).contiguous(),
    "ReLU": nn.ReLU,
    "RepeatVector": lambda: lambda x: x[:, None].repeat(1, 10, 1),
    "Reshape": nn.Flatten,
    "SeparableConvolution2D": lambda: nn.Sequential(
        nn.Conv2d(CHANNELS, CHANNELS, 3, groups=CHANNELS, bias=False), nn.Conv2d(CHANNELS, 32, 1)
    ),
    "SReLU": lambda: PerChannel(srelu, 0.0, 0.1, 0.5, 1.0),
    "SimpleRNN": lambda: Steps(nn.RNN(FEATURES, 128, batch_first=True)),
    "Softmax": lambda: nn.Softmax(-1),
    "SpatialDropout1D": nn.Dropout1d,
    "SpatialDropout2D": nn.Dropout2d,
    "SpatialDropout3D": nn.Dropout3d,
    "ThresholdedReLU": lambda: nn.Threshold(1.0, 0.0),
    "TimeDistributed": lambda: nn.Linear(FEATURES, 128),
    "TimeDistributedDense": lambda: nn.Linear(FEATURES, 128),
    "UpSampling1D": lambda: nn.Upsample(scale_factor=2),
    "UpSampling2D": lambda: nn.Upsample(scale_factor=2),
    "UpSampling3D": lambda: nn.Upsample(scale_factor=2),
    "ZeroPadding1D": lambda: nn.ConstantPad1d(1, 0.0),
    "ZeroPadding2D": lambda: nn.ConstantPad2d(1, 0.0),
    "ZeroPadding3D": lambda: nn.ConstantPad3d(1, 0.0),
}


CHANNELS_LAST_FORMAT = {4: torch.channels_last, 5: torch.channels_last_3d}


def work(name: str) -> Callable[[], None]:
    """A pass forward, and back from a fresh copy of a gradient, through PyTorch's equivalent."""
    x = _data(name)
    other = CHANNELS_LAST_FORMAT.get(x.ndim)
    formats = [torch.contiguous_format, *([] if other is None else [other])]
    return faster([_pass(name, x.detach().contiguous(memory_format=f)) for f in formats])


def _pass(name: str, x: torch.Tensor) -> Callable[[], None]:
    torch.manual_seed(0)
    layer = MAKE[name]()
    if x.is_floating_point():
        x.requires_grad_()
    upstream = torch.randn_like(layer(x))
    learning = list(layer.parameters()) if isinstance(layer, nn.Module) else []

    def step() -> None:
        for tensor in (x, *learning):
            tensor.grad = None
        layer(x).backward(upstream.clone())

    return step


def _data(name: str) -> torch.Tensor:
    shape = SHAPES[name]
    if shape == FILMS:
        shape = (shape[0] * shape[1], *shape[2:])
    if name == "Embedding":
        return torch.randint(0, WORDS, shape)
    if len(shape) > 2 and name not in CHANNELS_LAST:
        shape = (shape[0], shape[-1], *shape[1:-1])
    return torch.randn(shape)


if __name__ == "__main__":
    serve({sys.argv[1]: lambda: work(sys.argv[1])})
