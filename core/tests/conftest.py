"""Fixtures of the core's tests."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from pronghorn import registry

MakePack = Callable[..., Path]


def write_pack(
    folder: Path,
    name: str,
    groups: Mapping[str, Mapping[str, str]],
    modules: Mapping[str, str] | None = None,
    version: str = "1.0",
) -> Path:
    """Write what an installed distribution consists of: its metadata and its modules."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = []
    for group, points in groups.items():
        lines += [f"[{group}]", *(f"{key} = {target}" for key, target in points.items()), ""]
    (info / "entry_points.txt").write_text("\n".join(lines))
    for module, text in (modules or {}).items():
        (folder / f"{module}.py").write_text(text)
    return info


@pytest.fixture
def make_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakePack]:
    """Installs packs into a folder that is on the path during the test only."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)

    def make(*args: object, **kwargs: object) -> Path:
        made = write_pack(folder, *args, **kwargs)  # type: ignore[arg-type]
        registry.refresh()
        return made

    yield make
    monkeypatch.undo()
    for module in set(sys.modules) - before:
        if str(folder) in str(getattr(sys.modules[module], "__file__", "")):
            del sys.modules[module]
    registry.refresh()
