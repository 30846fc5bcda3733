"""Layers, one subpackage per family."""
