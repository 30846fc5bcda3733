"""Pronghorn's models in other libraries' clothes."""
