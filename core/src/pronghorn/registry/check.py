"""Whether packs work: every component is imported, every hook module loaded."""

from collections.abc import Iterator

from pronghorn.registry import manager, packs
from pronghorn.registry.entry import KINDS


def check(pack: packs.Pack) -> list[manager.Problem]:
    """What is wrong with a pack; nothing, if it is switched off."""
    if pack.disabled:
        return []
    manager.manager()
    known = [problem for problem in manager.problems() if problem.pack == pack.name]
    return [*known, *_failing_components(pack)]


def shadowed(pack: packs.Pack) -> list[str]:
    """Identifiers of a third-party pack that mean an official component unless qualified."""
    official = {
        (line.kind, line.name)
        for other in packs.enabled()
        if other.official
        for line in other.declarations
    }
    if pack.official or pack.disabled:
        return []
    return [line.name for line in pack.declarations if (line.kind, line.name) in official]


def _failing_components(pack: packs.Pack) -> Iterator[manager.Problem]:
    """One problem for each target that cannot be imported."""
    targets = {line.target: line for line in pack.declarations if line.kind is not None}
    for target, line in targets.items():
        if line.kind not in KINDS:
            cause = f"{line.group!r} is not a group of components: {', '.join(KINDS)}"
            yield manager.Problem(pack.name, pack.version, line.name, cause)
            continue
        try:
            manager.load_target(target)
        except (Exception, SystemExit) as error:
            yield manager.Problem.of(pack, f"{line.kind} {line.name}", error)
