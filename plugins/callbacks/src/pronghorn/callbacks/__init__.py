"""Callbacks: progress, checkpoints, early stopping, schedules."""
