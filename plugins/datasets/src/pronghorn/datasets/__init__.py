"""Datasets: loaders, and the digits that the demo trains on."""
