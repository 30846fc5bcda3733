"""Checked access to the tables of an experiment file; errors say where and what is accepted."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn

from pronghorn.errors import ConfigError
from pronghorn.experiments.lines import Place, find_lines


@dataclass(frozen=True)
class Accepted:
    """What a key may hold, in words and as a check."""

    words: str
    check: Callable[[Any], bool]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


TEXT = Accepted("a string", lambda v: isinstance(v, str) and v != "")
FLAG = Accepted("true or false", lambda v: isinstance(v, bool))
WHOLE = Accepted("a whole number from 0", lambda v: _is_whole(v) and v >= 0)
POSITIVE = Accepted("a whole number from 1", lambda v: _is_whole(v) and v >= 1)
NONZERO = Accepted("a number other than 0", lambda v: _is_number(v) and v != 0)
SHARE = Accepted("a number from 0 to below 1", lambda v: _is_number(v) and 0 <= v < 1)
TABLE = Accepted("a table", lambda v: isinstance(v, dict))
FILE = Accepted("a file name, or false", lambda v: v is False or TEXT.check(v))
SHAPE = Accepted(
    "a list of whole numbers, one of which may be -1",
    lambda v: isinstance(v, list) and all(_is_whole(n) for n in v) and v.count(-1) <= 1,
)
COMPONENT = Accepted(
    'an identifier, or a table such as {name = "adam", lr = 0.01}',
    lambda v: TEXT.check(v) or (isinstance(v, dict) and TEXT.check(v.get("name"))),
)
COMPONENTS = Accepted(
    "a list of identifiers", lambda v: isinstance(v, list) and all(map(COMPONENT.check, v))
)


def one_of(*values: Any) -> Accepted:
    """One of these values; True and 1 are two."""
    shown = ", ".join(str(v).lower() if isinstance(v, bool) else repr(v) for v in values)
    return Accepted(shown, lambda v: any(type(v) is type(o) and v == o for o in values))


class Section:
    """A table of the file, or the whole of it."""

    def __init__(self, source: "Source", values: Mapping[str, Any], place: Place = ()) -> None:
        self.source = source
        self.values = values
        self.place = place

    def checked(
        self, accepted: Mapping[str, Accepted], required: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """The table's values; ConfigError for keys or values that are not accepted."""
        for key, value in self.values.items():
            if key not in accepted:
                self.fail(f"unknown key {key!r}{_guess(key, accepted)}", key)
            if not accepted[key].check(value):
                self.fail(f"{key!r} must be {accepted[key].words}, not {value!r}", key)
        for key in required:
            if key not in self.values:
                self.fail(f"the key {key!r} is missing: {accepted[key].words}")
        return dict(self.values)

    def sub(self, key: str) -> "Section":
        """The table under a key, empty if there is none."""
        return Section(self.source, self.values.get(key, {}), (*self.place, key))

    def elements(self, key: str) -> Iterator["Section"]:
        """The tables in the array under a key; a string stands for a table with `name`."""
        for number, element in enumerate(self.values.get(key, ())):
            values = {"name": element} if isinstance(element, str) else element
            yield Section(self.source, values, (*self.place, key, number))

    def fail(self, message: str, key: str | None = None) -> NoReturn:
        """Raise a ConfigError that names the file, the line and the table."""
        raise ConfigError(f"{self.where(key)}: {message}")

    def where(self, key: str | None = None) -> str:
        """File, line and table of a key, or of the table itself."""
        place = self.place if key is None else (*self.place, key)
        return f"{self.source.name}{self._line(place)}{self._title()}"

    def _line(self, place: Place) -> str:
        while place:
            if place in self.source.lines:
                return f", line {self.source.lines[place]}"
            place = place[:-1]
        return ""

    def _title(self) -> str:
        if not self.place:
            return ""
        numbers = [part + 1 for part in self.place if isinstance(part, int)]
        names = ".".join(part for part in self.place if isinstance(part, str))
        return f", [[{names}]] number {numbers[0]}" if numbers else f", [{names}]"


class Source:
    """An experiment file as text and as data."""

    def __init__(self, path: str | PathLike[str]) -> None:
        self.name = Path(path).name
        try:
            self.text = Path(path).read_text(encoding="utf-8")
            self.values = tomllib.loads(self.text)
        except OSError as error:
            raise ConfigError(f"the experiment {path} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise ConfigError(f"{self.name} is not a TOML file: it is not text") from error
        except ValueError as error:
            raise ConfigError(f"{self.name} is not a TOML file: {error}") from error
        if not self.values:
            raise ConfigError(
                f"{self.name} says nothing: an experiment has [data], [[layers]] and [compile]; "
                "`pronghorn demo` leaves one to start from"
            )
        self.lines = find_lines(self.text)

    @property
    def root(self) -> Section:
        """The whole file."""
        return Section(self, self.values)


def _guess(key: str, accepted: Mapping[str, Any]) -> str:
    near = get_close_matches(key, accepted, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return (
        f"{hint} Accepted are {', '.join(accepted)}"
        if near
        else (f"; accepted are {', '.join(accepted)}")
    )
