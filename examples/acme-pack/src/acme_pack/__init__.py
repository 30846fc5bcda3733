"""An example of a pack for Pronghorn."""
