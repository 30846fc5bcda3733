"""What can go wrong, by name.

Every error is a `PronghornError` and also the built-in that a caller would expect, so both
`except PronghornError` and `except ValueError` catch it. `str(error)` is the plain message.
"""


class PronghornError(Exception):
    """Base of all errors that Pronghorn raises on purpose."""

    def __str__(self) -> str:
        # KeyError would show the repr of its argument, OSError looks for an errno.
        return str(self.args[0]) if self.args else ""


class UnknownComponentError(PronghornError, KeyError, ValueError):
    """No installed pack brings the `identifier` asked for, of the `kind` in the plural."""

    def __init__(self, message: str = "", kind: str = "", identifier: str = "") -> None:
        super().__init__(message)
        self.kind, self.identifier = kind, identifier


class AmbiguousComponentError(PronghornError, ValueError):
    """Several packs bring the identifier asked for; `pack-name:identifier` picks one."""


class BrokenPackError(PronghornError, ImportError):
    """A pack, or one component of it, cannot be imported."""


class MissingNameError(PronghornError, ImportError):
    """A script asks `keras` for something that Pronghorn does not have."""


class PackWarning(UserWarning):
    """A pack is broken and left out; the rest goes on."""


class FunctionError(PronghornError, ValueError):
    """A scalar or row function cannot be compiled or derived; names its file, line and text."""


class ShapeError(PronghornError, ValueError):
    """Arrays, weights or layers do not fit together."""


class ConfigError(PronghornError, ValueError):
    """A configuration, an argument or an experiment file says something that cannot be done."""


class NotCompiledError(PronghornError, RuntimeError):
    """Training or evaluation was asked of a model before `compile`."""


class ModelFileError(PronghornError, OSError):
    """A model file cannot be read, is not one, or cannot be written."""


class DatasetError(PronghornError, OSError):
    """A dataset cannot be found, downloaded or verified."""


class DeviceError(PronghornError, RuntimeError):
    """A device is missing or lacks what was asked of it."""
