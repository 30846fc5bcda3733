"""Objectives (losses)."""
