"""Components by identifier, among packs that a test installs."""

import subprocess
import sys

import pytest

from pronghorn import registry
from pronghorn.errors import (
    AmbiguousComponentError,
    BrokenPackError,
    PronghornError,
    UnknownComponentError,
)

SQUAREPLUS = "def squareplus(x):\n    return x\n"


@pytest.fixture
def acme(make_pack):
    return make_pack(
        "acme-activations",
        {
            "pronghorn.activations": {
                "sqp": "acme_activations:squareplus",
                "squareplus": "acme_activations:squareplus",
            }
        },
        {"acme_activations": SQUAREPLUS},
    )


def test_entry_says_who_brings_it_and_imports_nothing(acme):
    entry = registry.find("activations", "squareplus")
    assert (entry.kind, entry.identifier) == ("activations", "squareplus")
    assert (entry.pack, entry.version) == ("acme-activations", "1.0")
    assert entry.target == "acme_activations:squareplus"
    assert entry.aliases == ("sqp",)
    assert "acme_activations" not in sys.modules


def test_load_by_name_and_alias_gives_the_same_object(acme):
    found = registry.load("activations", "squareplus")
    assert found(3) == 3
    assert registry.load("activations", "sqp") is found
    assert registry.load("activation", "squareplus") is found


def test_listing_holds_each_component_once(acme):
    found = [e for e in registry.entries("activations") if e.pack == "acme-activations"]
    assert [e.identifier for e in found] == ["squareplus"]


def test_without_a_name_like_the_target_the_first_in_order_is_canonical(make_pack):
    make_pack("acme-r", {"pronghorn.regularizers": {"rb": "acme_r:Thing", "ra": "acme_r:Thing"}})
    assert registry.find("regularizers", "rb").names == ("ra", "rb")


def test_a_miss_names_what_is_near_and_in_other_kinds(acme):
    with pytest.raises(UnknownComponentError) as caught:
        registry.find("activations", "SquarePlos")
    assert str(caught.value).startswith(
        "There is no activation 'SquarePlos'. Did you mean 'squareplus'?"
    )
    with pytest.raises(UnknownComponentError, match="'squareplus' is an activation"):
        registry.find("optimizers", "squareplus")
    with pytest.raises(UnknownComponentError, match=r"'squareplus'\? Arguments do not stand in th"):
        registry.find("activations", "squareplus(0.5)")


@pytest.mark.parametrize("builtin", [PronghornError, KeyError, ValueError])
def test_a_miss_is_also_the_built_in_error(builtin):
    with pytest.raises(builtin):
        registry.find("activations", "no such thing")


def test_unknown_kind_lists_the_kinds():
    with pytest.raises(UnknownComponentError, match=r"no kind 'flavours'; kinds are activations,"):
        registry.entries("flavours")


def test_a_pack_that_is_not_installed_is_named_with_the_command():
    with pytest.raises(UnknownComponentError, match="`pronghorn install acme-zoo`"):
        registry.find("layers", "acme_zoo:Giraffe")


def test_an_official_pack_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr("pronghorn.registry.packs.installed", lambda: ())
    monkeypatch.setattr("pronghorn.registry.packs.is_installed", lambda name: False)
    with pytest.raises(UnknownComponentError, match="`pronghorn install pronghorn-activations`"):
        registry.find("activations", "no such thing")


def test_two_packs_with_one_identifier_is_an_error_that_names_both(acme, make_pack):
    make_pack(
        "zeta-pack",
        {"pronghorn.activations": {"squareplus": "zeta:squareplus"}},
        {"zeta": "def squareplus(x):\n    return -x\n"},
        version="2.1",
    )
    with pytest.raises(AmbiguousComponentError) as caught:
        registry.find("activations", "squareplus")
    assert str(caught.value) == (
        "the activation 'squareplus' is brought by acme-activations 1.0 and zeta-pack 2.1: say "
        "'acme-activations:squareplus' or 'zeta-pack:squareplus'"
    )
    assert registry.load("activations", "zeta-pack:squareplus")(1) == -1
    assert registry.load("activations", "Acme_Activations:sqp")(1) == 1


def test_an_official_identifier_is_never_replaced(make_pack):
    official = registry.find("callbacks", "EarlyStopping")
    make_pack(
        "acme-callbacks", {"pronghorn.callbacks": {"EarlyStopping": "acme_callbacks:EarlyStopping"}}
    )
    assert registry.find("callbacks", "EarlyStopping") == official
    other = registry.find("callbacks", "acme-callbacks:EarlyStopping")
    assert other.pack == "acme-callbacks"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("import not_there_at_all", "ModuleNotFoundError: No module named 'not_there_at_all'"),
        ("raise SystemExit('bye')", "SystemExit: bye"),
        ("x = (", "SyntaxError"),
        ("y = 1", "AttributeError: module 'broken' has no attribute 'f'"),
    ],
)
def test_a_broken_module_breaks_only_its_own_components(make_pack, acme, text, cause):
    make_pack(
        "broken-pack",
        {"pronghorn.activations": {"f": "broken:f"}},
        {"broken": text},
        version="0.3",
    )
    assert registry.load("activations", "squareplus")(1) == 1
    with pytest.raises(BrokenPackError) as caught:
        registry.load("activations", "f")
    assert "pack broken-pack 0.3 (broken:f)" in str(caught.value)
    assert cause in str(caught.value)
    assert isinstance(caught.value, ImportError)


def test_malformed_target_is_a_broken_pack(make_pack):
    make_pack("odd-pack", {"pronghorn.activations": {"odd": "not a target"}})
    with pytest.raises(BrokenPackError, match=r"odd-pack 1\.0"):
        registry.load("activations", "odd")


def test_unreadable_metadata_hide_no_other_pack(make_pack, acme):
    info = make_pack("noise-pack", {"pronghorn.activations": {"noise": "noise:noise"}})
    (info / "entry_points.txt").write_bytes(b"[pronghorn.activations]\n\xff\xfe = x:y\n")
    registry.refresh()
    assert registry.find("activations", "squareplus")
    problem = next(p for p in registry.problems() if p.pack == "noise-pack")
    assert "entry points cannot be read: UnicodeDecodeError" in problem.cause


def test_pack_errors_can_be_raised_as_they_are(make_pack, monkeypatch):
    make_pack("broken-pack", {"pronghorn.activations": {"f": "broken:f"}}, {"broken": "1/0"})
    monkeypatch.setenv("PRONGHORN_RAISE_PACK_ERRORS", "1")
    with pytest.raises(ZeroDivisionError):
        registry.load("activations", "f")


def test_packs_can_be_switched_off(acme, monkeypatch):
    monkeypatch.setenv("PRONGHORN_DISABLE_PACKS", "other, Acme.Activations")
    with pytest.raises(UnknownComponentError):
        registry.find("activations", "squareplus")
    with pytest.raises(UnknownComponentError, match="switched off by PRONGHORN_DISABLE_PACKS"):
        registry.find("activations", "acme-activations:squareplus")


def test_a_pack_installed_meanwhile_is_found(tmp_path, make_pack):
    from importlib.metadata import distributions

    list(distributions())
    info = make_pack("late-pack", {"pronghorn.activations": {"early": "late:late"}})
    assert registry.find("activations", "early")
    (info / "entry_points.txt").write_text("[pronghorn.activations]\nlate = late:late\n")
    assert registry.find("activations", "late")


def test_listing_imports_nothing_heavy():
    code = (
        "import sys; from pronghorn import registry; assert registry.entries();"
        "print([m for m in ('numba', 'numpy', 'h5py', 'click') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
