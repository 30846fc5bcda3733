"""`pronghorn plugins`: the packs that are installed, and what is wrong with the broken ones."""

import json
from typing import Any

import click

from pronghorn.cli.table import columns
from pronghorn.registry import check, packs


@click.command(short_help="List the installed packs and what is broken in them.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, one object per pack.")
@click.option(
    "--requirements", is_flag=True, help="As a requirements file, for `pronghorn install -r`."
)
def plugins(as_json: bool, requirements: bool) -> None:
    """List the installed packs; every component is imported to see whether it works."""
    if requirements:
        click.echo(
            "".join(f"{pack.name}=={pack.version}\n" for pack in packs.installed()), nl=False
        )
        return
    reports = [_report(pack) for pack in packs.installed()]
    click.echo(json.dumps(reports, indent=2) if as_json else _table(reports))


def _report(pack: packs.Pack) -> dict[str, Any]:
    counts = {
        kind: len({line.target for line in pack.declarations if line.kind == kind})
        for kind in sorted({line.kind for line in pack.declarations if line.kind})
    }
    return {
        "name": pack.name,
        "version": pack.version,
        "official": pack.official,
        "disabled": pack.disabled,
        "components": counts,
        "hook_modules": [line.target for line in pack.hook_modules()],
        "problems": [f"{p.part}: {p.cause}" for p in check.check(pack)],
        "shadowed": check.shadowed(pack),
    }


def _table(reports: list[dict[str, Any]]) -> str:
    rows = [(r["name"], r["version"], _state(r), _contents(r)) for r in reports]
    remarks = [f"  {r['name']}: {text}" for r in reports for text in (*r["problems"], *_notes(r))]
    return "\n".join([columns(rows), *(["", *remarks] if remarks else [])])


def _state(report: dict[str, Any]) -> str:
    if report["disabled"]:
        return "disabled"
    return "broken" if report["problems"] else "ok"


def _contents(report: dict[str, Any]) -> str:
    parts = [f"{count} {kind}" for kind, count in report["components"].items()]
    return ", ".join([*parts, *(["hooks"] if report["hook_modules"] else [])])


def _notes(report: dict[str, Any]) -> list[str]:
    return [
        f"{name} means the official component: say {report['name']}:{name} for this one"
        for name in report["shadowed"]
    ]
