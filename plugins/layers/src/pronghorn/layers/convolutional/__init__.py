"""Convolutional layers, and those that pad, crop and enlarge."""

from pronghorn.layers.convolutional.atrous import AtrousConvolution1D, AtrousConvolution2D
from pronghorn.layers.convolutional.convolution import Convolution1D, Convolution2D, Convolution3D
from pronghorn.layers.convolutional.cropping import Cropping1D, Cropping2D, Cropping3D
from pronghorn.layers.convolutional.depthwise import DepthwiseConv2D, SeparableConvolution2D
from pronghorn.layers.convolutional.transposed import (
    Conv1DTranspose,
    Conv2DTranspose,
    Conv3DTranspose,
    Deconvolution2D,
)
from pronghorn.layers.convolutional.up_sampling import UpSampling1D, UpSampling2D, UpSampling3D
from pronghorn.layers.convolutional.zero_padding import ZeroPadding1D, ZeroPadding2D, ZeroPadding3D

__all__ = [
    "AtrousConvolution1D",
    "AtrousConvolution2D",
    "Conv1DTranspose",
    "Conv2DTranspose",
    "Conv3DTranspose",
    "Convolution1D",
    "Convolution2D",
    "Convolution3D",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "Deconvolution2D",
    "DepthwiseConv2D",
    "SeparableConvolution2D",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
]
