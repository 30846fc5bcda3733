"""Weight initializers."""
