"""Components registered in this process."""

import pytest

from pronghorn import registry
from pronghorn.errors import AmbiguousComponentError, UnknownComponentError


@pytest.fixture
def added():
    entry = registry.add("activations", "local_thing", len, aliases=("lt",))
    yield entry
    registry.remove("activations", "local_thing")


def test_added_component_is_found_at_once_by_all_its_names(added):
    assert registry.load("activations", "local_thing") is len
    assert registry.load("activations", "lt") is len
    assert registry.load("activations", "local:local_thing") is len
    assert added in registry.entries("activations")


def test_adding_again_replaces_as_when_a_cell_is_run_twice(added):
    registry.add("activations", "local_thing", max)
    assert registry.load("activations", "local_thing") is max


def test_removed_component_is_gone():
    registry.add("layers", "Passing", len)
    registry.remove("layers", "Passing")
    with pytest.raises(UnknownComponentError):
        registry.find("layers", "Passing")
    with pytest.raises(UnknownComponentError, match="no layer 'Passing' was registered"):
        registry.remove("layers", "Passing")


def test_official_identifier_is_refused():
    with pytest.raises(AmbiguousComponentError, match="'History' is the identifier of an official"):
        registry.add("callbacks", "History", len)


@pytest.mark.parametrize("name", ["", "acme:thing"])
def test_identifier_without_meaning_is_refused(name):
    with pytest.raises(ValueError, match="non-empty string without a colon"):
        registry.add("layers", name, len)


def test_a_clash_with_a_third_party_pack_is_an_error_on_use(added, make_pack):
    make_pack("acme", {"pronghorn.activations": {"local_thing": "acme:local_thing"}})
    with pytest.raises(AmbiguousComponentError, match="'local:local_thing'"):
        registry.find("activations", "local_thing")
