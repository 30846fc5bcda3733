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
    """One problem for each cause, naming the components that it costs."""
    causes: dict[str, list[str]] = {}
    traces: dict[str, str] = {}
    targets = {line.target: line for line in pack.declarations if line.kind is not None}
    for line in targets.values():
        problem = _try(pack, line)
        if problem is not None:
            causes.setdefault(problem.cause, []).append(f"{line.kind} {line.name}")
            traces.setdefault(problem.cause, problem.trace)
    for cause, parts in causes.items():
        yield manager.Problem(pack.name, pack.version, ", ".join(parts), cause, traces[cause])


def _try(pack: packs.Pack, line: packs.Declaration) -> manager.Problem | None:
    """What keeps a declared component from being imported, if anything."""
    if line.kind not in KINDS:
        cause = f"{line.group!r} is not a group of components: {', '.join(KINDS)}"
        return manager.Problem(pack.name, pack.version, line.name, cause)
    try:
        manager.load_target(line.target)
    except (Exception, SystemExit) as error:
        return manager.Problem.of(pack, line.name, error)
    return None
