"""Components that a configuration refers to by name, with options only where they matter."""

from typing import Any

from pronghorn.components.component import Component


class NamedComponent(Component):
    """A component whose identifier is its own, not its class's.

    Attributes:
        name: the identifier.
        label: what its user calls it, by the argument `name` of Keras 2 and 3; else None.
    """

    name: str = ""
    label: str | None = None

    def to_identifier(self) -> Any:
        """What a configuration holds for this component: its name, or name and options."""
        config = self.get_config()
        return {"name": self.name, "config": config} if config else self.name
