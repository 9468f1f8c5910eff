"""Makes the reference pages that follow from the code: input tables, settings and commands."""

from __future__ import annotations

from pathlib import Path

import typer
from pydantic import BaseModel

from tunti.cli.app import app
from tunti.inputs.schemas import SCHEMAS
from tunti.settings import Settings
from tunti.web.settings import ServeSettings


def write_all(folder: Path) -> None:
    """Write all generated pages; a page that did not change keeps its time, so Sphinx skips it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {
        "tables.md": tables(),
        "settings.md": settings(),
        "commands.md": commands(),
        "service.md": service(),
    }.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def tables() -> str:
    """Describe every input table and column."""
    lines = [
        "# Input tables",
        "",
        "Each table is a CSV, Excel, Parquet or GeoPackage file of its name in the project folder.",
        "",
    ]
    for schema in SCHEMAS.values():
        lines += [f"## {schema.name}", "", schema.description + (" Required." if schema.required else ""), ""]
        lines += [
            "| column | kind | unit | required | range or words | visible to | meaning |",
            "|---|---|---|---|---|---|---|",
        ]
        for c in schema.columns:
            limits = " ".join(c.choices)
            if c.at_least is not None or c.at_most is not None:
                low, high = ("" if v is None else f"{v:g}" for v in (c.at_least, c.at_most))
                limits = f"{low} ... {high}"
            if c.refers_to:
                limits = f"a row of {c.refers_to}"
            need = "yes" if c.required else ""
            words = (f"`{c.name}`", c.kind, c.unit, need, _cell(limits), c.visibility, _cell(c.description))
            lines.append("| " + " | ".join(words) + " |")
        lines.append("")
    return "\n".join(lines)


def settings() -> str:
    """Describe every setting with its default and source."""
    lines = ["# Settings", "", "Settings are read from `project.toml`; what is left out keeps its default.", ""]
    for name, field in Settings.model_fields.items():
        section = field.annotation
        assert isinstance(section, type)
        assert issubclass(section, BaseModel)
        lines += [
            f"## {name}",
            "",
            (section.__doc__ or "").strip(),
            "",
            "| setting | default | meaning |",
            "|---|---|---|",
        ]
        default = section()
        for key, entry in section.model_fields.items():
            value = getattr(default, key)
            shown = value
            if isinstance(value, dict) and value:
                shown = ", ".join(f"{k} {_plain(v)}" for k, v in value.items())
            lines.append(
                f"| `{name}.{key}` | {_cell('none' if shown is None else shown)} | {_cell(entry.description)} |"
            )
        lines.append("")
    return "\n".join(lines)


def service() -> str:
    """Describe every setting of ``tunti serve``."""
    lines = [
        "# Settings of the service",
        "",
        "For `tunti serve`: in a TOML file, or in the environment as `TUNTI_` and the name in capitals.",
        "",
        "| setting | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in ServeSettings.model_fields.items():
        made = field.default_factory is not None
        shown = "made at start" if made else "none" if field.default in (None, "", ()) else field.default
        secret = "none" if str(shown).startswith("*") or str(shown) == "" else shown
        lines.append(f"| `{name}` | {_cell(secret)} | {_cell(field.description)} |")
    return "\n".join([*lines, ""])


def commands() -> str:
    """Describe every command with its options."""
    main = typer.main.get_command(app)
    lines = [
        "# Commands",
        "",
        "Exit codes: 0 done; 1 something else is wrong and the message says what; 2 the input has errors, or",
        "the command was written wrongly; 3 no network keeps all the rules; 130 interrupted, nothing half-written.",
        "",
    ]
    for name, command in sorted(main.commands.items()):  # type: ignore[attr-defined]
        lines += [f"## tunti {name}", "", (command.help or "").strip(), "", "| option | meaning |", "|---|---|"]
        for p in command.params:
            words = ", ".join(p.opts) if p.param_type_name == "option" else (p.metavar or p.name)
            lines.append(f"| `{words}` | {_cell(getattr(p, 'help', '') or '')} |")
        lines.append("")
    return "\n".join(lines)
