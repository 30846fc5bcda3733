"""Generated files are as fresh as the registry, and the documents keep their promises."""

import re
import subprocess
import sys
from pathlib import Path

import generate
import pytest

from pronghorn import registry
from pronghorn.cli.group import BUILT_IN

ROOT = Path(__file__).parents[1]
REFRESH = "run `uv run python docs/generate.py`"


@pytest.fixture(scope="module")
def documents():
    return generate.documents()


@pytest.mark.parametrize(
    "name",
    [
        "components.md",
        "command-line.md",
        "experiments.md",
        "writing-a-pack.md",
        "testing-a-pack.md",
        "from-keras.md",
        *(f"reference/{kind}.md" for kind in registry.KINDS),
    ],
)
def test_generated_page_is_fresh(name, documents):
    path = ROOT / "docs" / name
    assert path.read_text(encoding="utf-8") == documents[path], REFRESH


@pytest.mark.parametrize("kind", registry.KINDS)
def test_names_for_type_checkers_are_fresh(kind):
    text = generate.package(kind).read_text(encoding="utf-8")
    assert generate.declared_names(text) == generate.wanted_names(kind), REFRESH


@pytest.mark.parametrize("kind", registry.KINDS)
def test_every_official_component_says_what_it_is(kind):
    entries = generate.official(kind)
    assert entries
    for entry in entries:
        assert len(generate.summary(registry.load_entry(entry))) > 5, entry.qualified


@pytest.mark.parametrize("kind", registry.KINDS)
def test_every_official_component_has_its_kernels_on_both_devices(kind):
    for entry in generate.official(kind):
        found = generate.devices(registry.load_entry(entry))
        assert found in (None, ["cpu", "cuda"]), entry.qualified


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/writing-a-pack.md"])
def test_commands_in_the_documents_exist(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r"(?:^|`|\$ |uv run )pronghorn ([a-z]+)", text, re.MULTILINE)
    assert set(named) <= set(BUILT_IN)


PAGES = sorted(path.relative_to(ROOT / "docs").as_posix() for path in ROOT.glob("docs/**/*.md"))


def test_every_page_is_in_the_navigation():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert sorted(re.findall(r": ([\w/-]+\.md)$", text, re.MULTILINE)) == PAGES


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", *(f"docs/{page}" for page in PAGES)]
)
def test_links_in_the_documents_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert "://" in target or ((ROOT / page).parent / target).exists(), target


def python_blocks(page: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("block", python_blocks("README.md"))
def test_python_in_the_readme_runs(block, tmp_path):
    (tmp_path / "script.py").write_text(block, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-W", "error", "script.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
