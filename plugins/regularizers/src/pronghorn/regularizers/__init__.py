"""Weight and activity regularizers."""
