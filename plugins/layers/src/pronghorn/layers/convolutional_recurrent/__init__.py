"""Recurrent layers whose products are convolutions."""

from pronghorn.layers.convolutional_recurrent.conv_lstm import ConvLSTM2D

__all__ = ["ConvLSTM2D"]
