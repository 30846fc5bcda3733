"""The numbers of an optimizer, which scripts for Keras change as if they were variables."""

from typing import Any


class Setting(float):
    """A number that knows whose it is: `K.set_value(model.optimizer.lr, 0.01)` changes it there.

    It is a float; what is computed with it are plain floats.
    """

    owner: Any
    name: str

    @classmethod
    def of(cls, owner: Any, name: str, value: float) -> "Setting":
        """The attribute `name` of `owner`."""
        made = cls(value)
        made.owner, made.name = owner, name
        return made

    def set_value(self, value: Any) -> None:
        """Give the owner another value, as Theano's variables do."""
        setattr(self.owner, self.name, float(value))

    def get_value(self) -> float:
        """The value as a plain float."""
        return float(self)

    assign = set_value
