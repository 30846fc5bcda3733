"""Embedding layers."""

from pronghorn.layers.embeddings.embedding import Embedding
from pronghorn.layers.embeddings.position_embedding import PositionEmbedding

__all__ = ["Embedding", "PositionEmbedding"]
