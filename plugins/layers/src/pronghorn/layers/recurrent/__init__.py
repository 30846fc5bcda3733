"""Recurrent layers."""

from pronghorn.layers.recurrent.gru import GRU
from pronghorn.layers.recurrent.lstm import LSTM
from pronghorn.layers.recurrent.recurrent import Recurrent
from pronghorn.layers.recurrent.simple_rnn import SimpleRNN

__all__ = ["GRU", "LSTM", "Recurrent", "SimpleRNN"]
