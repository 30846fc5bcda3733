"""The checks, a module for each kind and one for what is common to all."""
