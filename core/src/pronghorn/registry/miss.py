"""What to say when no component has an identifier."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from pronghorn.registry import manager, packs
from pronghorn.registry.entry import Entry, singular

_ALSO = {"metrics": "objectives"}
"""Kinds whose components are taken where one of another kind is asked for."""
_WORDS = {"metrics": ("accuracy",)}
"""What else is taken there: the accuracy that suits the objective."""


def explain(kind: str, identifier: str, entries: Iterable[Entry]) -> str:
    """One message: what was asked, what is near, which pack would bring it."""
    everything = list(entries)
    plain, call, _ = identifier.partition("(")
    pack, _, name = plain.rpartition(":")
    same_kind = [entry for entry in everything if entry.kind in (kind, _ALSO.get(kind))]
    if pack:
        same_kind = [entry for entry in same_kind if entry.pack == packs.normalize(pack)]
    sentences = [
        f"There is no {singular(kind)} {identifier!r}.",
        *_nearest(name, same_kind, () if pack else _WORDS.get(kind, ())),
        *_arguments(kind, call),
        *_other_kinds(name, kind, everything),
        *_absent_pack(packs.normalize(pack) if pack else f"pronghorn-{kind}"),
        *_broken(),
    ]
    if len(sentences) == 1:
        sentences.append(f"`pronghorn list {kind}` shows what there is.")
    return " ".join(sentences)


def nearest(name: str, entries: Iterable[Entry], words: Iterable[str] = ()) -> list[str]:
    """Up to three names, or words beside them, that look like this one, best first.

    Case and underscores do not count.
    """
    spellings: dict[str, str] = {}
    for known in (*words, *(known for entry in entries for known in entry.names)):
        spellings.setdefault(_fold(known), known)
    return [spellings[near] for near in get_close_matches(_fold(name), spellings, n=3, cutoff=0.6)]


def _fold(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _nearest(name: str, entries: Sequence[Entry], words: Iterable[str]) -> Iterator[str]:
    found = nearest(name, entries, words)
    if found:
        yield f"Did you mean {_alternatives(found)}?"


def _arguments(kind: str, call: str) -> Iterator[str]:
    if call:
        yield (
            f"Arguments do not stand in the name: make the {singular(kind)} yourself, or give "
            '{"name": ..., "config": {...}}.'
        )


def _other_kinds(name: str, kind: str, entries: Sequence[Entry]) -> Iterator[str]:
    kinds = sorted({e.kind for e in entries if e.kind != kind and name in e.names})
    if kinds:
        named = " and ".join(f"{_article(singular(other))}" for other in kinds)
        yield f"{name!r} is {named}."


def _absent_pack(name: str) -> Iterator[str]:
    pack = next((pack for pack in packs.installed() if pack.name == name), None)
    if pack is not None and pack.disabled:
        yield f"The pack {name} is switched off by PRONGHORN_DISABLE_PACKS."
    elif pack is None and not packs.is_installed(name):
        yield f"The pack {name} is not installed: run `pronghorn install {name}`."


def _broken() -> Iterator[str]:
    broken = sorted({problem.pack for problem in manager.problems()})
    if broken:
        yield f"Broken packs may have brought it: {', '.join(broken)}; see `pronghorn plugins`."


def _alternatives(names: Sequence[str]) -> str:
    quoted = [repr(name) for name in names]
    if len(quoted) == 1:
        return quoted[0]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"
