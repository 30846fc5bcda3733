"""Embedding layers."""

from pronghorn.layers.embeddings.embedding import Embedding

__all__ = ["Embedding"]
