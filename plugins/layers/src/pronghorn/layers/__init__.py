"""Layers, one subpackage per family, by the names that the installed packs give them."""

from typing import TYPE_CHECKING, Any

from pronghorn.components.input import Input as Input
from pronghorn.components.input import InputLayer as InputLayer
from pronghorn.registry.package import component_package

if TYPE_CHECKING:
    from pronghorn.components.layer import Layer as Layer
    from pronghorn.layers.advanced_activations import ELU as ELU
    from pronghorn.layers.advanced_activations import LeakyReLU as LeakyReLU
    from pronghorn.layers.advanced_activations import ParametricSoftplus as ParametricSoftplus
    from pronghorn.layers.advanced_activations import PReLU as PReLU
    from pronghorn.layers.advanced_activations import ReLU as ReLU
    from pronghorn.layers.advanced_activations import Softmax as Softmax
    from pronghorn.layers.advanced_activations import SReLU as SReLU
    from pronghorn.layers.advanced_activations import ThresholdedReLU as ThresholdedReLU
    from pronghorn.layers.attention import MultiHeadAttention as MultiHeadAttention
    from pronghorn.layers.convolutional import AtrousConvolution1D as AtrousConvolution1D
    from pronghorn.layers.convolutional import AtrousConvolution2D as AtrousConvolution2D
    from pronghorn.layers.convolutional import Conv1DTranspose as Conv1DTranspose
    from pronghorn.layers.convolutional import Conv2DTranspose as Conv2DTranspose
    from pronghorn.layers.convolutional import Conv3DTranspose as Conv3DTranspose
    from pronghorn.layers.convolutional import Convolution1D as Convolution1D
    from pronghorn.layers.convolutional import Convolution2D as Convolution2D
    from pronghorn.layers.convolutional import Convolution3D as Convolution3D
    from pronghorn.layers.convolutional import Cropping1D as Cropping1D
    from pronghorn.layers.convolutional import Cropping2D as Cropping2D
    from pronghorn.layers.convolutional import Cropping3D as Cropping3D
    from pronghorn.layers.convolutional import Deconvolution2D as Deconvolution2D
    from pronghorn.layers.convolutional import DepthwiseConv2D as DepthwiseConv2D
    from pronghorn.layers.convolutional import SeparableConvolution2D as SeparableConvolution2D
    from pronghorn.layers.convolutional import UpSampling1D as UpSampling1D
    from pronghorn.layers.convolutional import UpSampling2D as UpSampling2D
    from pronghorn.layers.convolutional import UpSampling3D as UpSampling3D
    from pronghorn.layers.convolutional import ZeroPadding1D as ZeroPadding1D
    from pronghorn.layers.convolutional import ZeroPadding2D as ZeroPadding2D
    from pronghorn.layers.convolutional import ZeroPadding3D as ZeroPadding3D
    from pronghorn.layers.convolutional_recurrent import ConvLSTM2D as ConvLSTM2D
    from pronghorn.layers.core import Activation as Activation
    from pronghorn.layers.core import ActivityRegularization as ActivityRegularization
    from pronghorn.layers.core import Dense as Dense
    from pronghorn.layers.core import Dropout as Dropout
    from pronghorn.layers.core import Flatten as Flatten
    from pronghorn.layers.core import Highway as Highway
    from pronghorn.layers.core import Lambda as Lambda
    from pronghorn.layers.core import Masking as Masking
    from pronghorn.layers.core import MaxoutDense as MaxoutDense
    from pronghorn.layers.core import Permute as Permute
    from pronghorn.layers.core import RepeatVector as RepeatVector
    from pronghorn.layers.core import Reshape as Reshape
    from pronghorn.layers.core import SpatialDropout1D as SpatialDropout1D
    from pronghorn.layers.core import SpatialDropout2D as SpatialDropout2D
    from pronghorn.layers.core import SpatialDropout3D as SpatialDropout3D
    from pronghorn.layers.core import TimeDistributedDense as TimeDistributedDense
    from pronghorn.layers.embeddings import Embedding as Embedding
    from pronghorn.layers.embeddings import PositionEmbedding as PositionEmbedding
    from pronghorn.layers.local import LocallyConnected1D as LocallyConnected1D
    from pronghorn.layers.local import LocallyConnected2D as LocallyConnected2D
    from pronghorn.layers.merging import Merge as Merge
    from pronghorn.layers.noise import GaussianDropout as GaussianDropout
    from pronghorn.layers.noise import GaussianNoise as GaussianNoise
    from pronghorn.layers.normalization import BatchNormalization as BatchNormalization
    from pronghorn.layers.normalization import LayerNormalization as LayerNormalization
    from pronghorn.layers.pooling import AveragePooling1D as AveragePooling1D
    from pronghorn.layers.pooling import AveragePooling2D as AveragePooling2D
    from pronghorn.layers.pooling import AveragePooling3D as AveragePooling3D
    from pronghorn.layers.pooling import GlobalAveragePooling1D as GlobalAveragePooling1D
    from pronghorn.layers.pooling import GlobalAveragePooling2D as GlobalAveragePooling2D
    from pronghorn.layers.pooling import GlobalAveragePooling3D as GlobalAveragePooling3D
    from pronghorn.layers.pooling import GlobalMaxPooling1D as GlobalMaxPooling1D
    from pronghorn.layers.pooling import GlobalMaxPooling2D as GlobalMaxPooling2D
    from pronghorn.layers.pooling import GlobalMaxPooling3D as GlobalMaxPooling3D
    from pronghorn.layers.pooling import MaxPooling1D as MaxPooling1D
    from pronghorn.layers.pooling import MaxPooling2D as MaxPooling2D
    from pronghorn.layers.pooling import MaxPooling3D as MaxPooling3D
    from pronghorn.layers.recurrent import GRU as GRU
    from pronghorn.layers.recurrent import LSTM as LSTM
    from pronghorn.layers.recurrent import SimpleRNN as SimpleRNN
    from pronghorn.layers.wrappers import Bidirectional as Bidirectional
    from pronghorn.layers.wrappers import Residual as Residual
    from pronghorn.layers.wrappers import TimeDistributed as TimeDistributed

    AtrousConv1D = AtrousConvolution1D
    AtrousConv2D = AtrousConvolution2D
    AvgPool1D = AveragePooling1D
    AvgPool2D = AveragePooling2D
    AvgPool3D = AveragePooling3D
    Conv1D = Convolution1D
    Conv2D = Convolution2D
    Conv3D = Convolution3D
    Deconv2D = Deconvolution2D
    GlobalAvgPool1D = GlobalAveragePooling1D
    GlobalAvgPool2D = GlobalAveragePooling2D
    GlobalAvgPool3D = GlobalAveragePooling3D
    GlobalMaxPool1D = GlobalMaxPooling1D
    GlobalMaxPool2D = GlobalMaxPooling2D
    GlobalMaxPool3D = GlobalMaxPooling3D
    MaxPool1D = MaxPooling1D
    MaxPool2D = MaxPooling2D
    MaxPool3D = MaxPooling3D
    SeparableConv2D = SeparableConvolution2D
    get = Layer.get

    def __getattr__(name: str) -> Any: ...


component_package(__name__)
