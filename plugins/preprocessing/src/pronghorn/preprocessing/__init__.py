"""Sequence, text and image preprocessing."""
