"""What the schemas keep from the public is in none of the public files."""

import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pikepdf
import pyogrio
import pytest

import tunti.inputs.checks
from tunti.findings import say, warning
from tunti.inputs.schemas import SCHEMAS
from tunti.location.problem import Goal
from tunti.report import regional_document, write_plan
from tunti.report.visible import _TELLS_MORE, hidden_columns, plan_for

from .invented_plan import STAMP
from .pdf_text import page_text

FRAMES = {"sites": ("points", "neighbours", "candidates"), "offices": ("offices",), "agencies": ("agencies",)}
KEPT = [(s.name, c) for s in SCHEMAS.values() for c in s.columns if c.visibility != "public"]


def telltale(k, column):
    """Give a value of the column's kind that stands nowhere else."""
    number = 91_827_301 + k
    return float(number) if column.kind in ("number", "whole", "share") else f"telltale{number}"


@pytest.fixture(scope="module")
def telling(plan):
    """Put a tell-tale value of every kept column in the plan's tables and in a finding."""
    found = list(plan.findings)
    frames = {name: getattr(plan, name) for names in FRAMES.values() for name in names}
    for k, (table, column) in enumerate(KEPT):
        value = telltale(k, column)
        found.append(warning(table, 7, column.name, say("{value}", value=value), say("{value}", value=value)))
        for name in FRAMES.get(table, ()):
            frames[name] = frames[name].assign(**{column.name: value})
    return replace(plan, **frames, findings=tuple(found))


def contents(folder: Path) -> str:
    """Give all that the files say, without spaces and the marks that group thousands."""
    parts = [p.read_text(encoding="utf-8") for p in folder.glob("*.html")]
    for path in folder.glob("*.pdf"):
        with pikepdf.open(path) as pdf:
            parts += [page_text(page) for page in pdf.pages]
    for path in folder.glob("*.xlsx"):
        for sheet in openpyxl.load_workbook(path):
            parts += [str(v) for row in sheet.iter_rows(values_only=True) for v in row if v is not None]
    for path in folder.glob("*.gpkg"):
        for name, _ in pyogrio.list_layers(path):
            frame = pd.DataFrame(pyogrio.read_dataframe(path, layer=str(name))).drop(
                columns="geometry", errors="ignore"
            )
            parts += [*frame.columns, *(str(v) for row in frame.itertuples(index=False) for v in row)]
    return re.sub(r"[\s\u00a0\u202f,]", "", " ".join(parts))


def test_no_kept_value_is_in_the_public_files(telling, tmp_path):
    assert KEPT
    write_plan(telling, tmp_path / "out", timestamp=STAMP)
    said = contents(tmp_path / "out")
    assert "Åminne" in said
    for k, (table, column) in enumerate(KEPT):
        assert str(91_827_301 + k) not in said, (table, column.name)
    assert "cost_eur_year" not in said


def test_the_project_group_sees_its_columns_but_not_the_restricted_ones(telling, tmp_path):
    write_plan(telling, tmp_path / "out", languages=("en",), timestamp=STAMP, audience="project")
    said = contents(tmp_path / "out")
    for k, (table, column) in enumerate(KEPT):
        assert (str(91_827_301 + k) in said) == (column.visibility == "project"), (table, column.name)


def test_findings_left_out_are_counted(telling, plan):
    def texts(which, audience):
        document = regional_document(which, language="en", audience=audience)
        section = next(s for _, s in document.all_sections() if s.key == "findings")
        return [b.text for b in section.blocks if hasattr(b, "text")]

    # The invented plan has a finding on visits, too.
    assert any(f"project group only: {len(KEPT) + 1}." in t for t in texts(telling, "public"))
    assert not any("project group only" in t for t in texts(replace(plan, findings=plan.findings[:1]), "public"))


def test_a_finding_at_a_public_column_that_tells_of_another_is_left_out(plan):
    source = "".join(p.read_text("utf-8") for p in Path(tunti.inputs.checks.__file__).parent.glob("*.py"))
    for template, column in _TELLS_MORE.items():
        assert template in source
        assert column in hidden_columns("offices", "public")
        found = warning("offices", 3, "work_m2", say(template, m2=2.5), say("no"))
        shown, withheld = plan_for(replace(plan, findings=(found,)), "public")
        assert (shown.findings, withheld.findings) == ((), 1)


def test_the_least_cost_is_not_said_to_the_public(plan):
    dear = replace(
        plan, network=replace(plan.network, goal=Goal.LEAST_COST, objective=91_827_301e2, bound=91_827_301e2)
    )
    for audience, there in (("public", False), ("project", True)):
        document = regional_document(dear, language="en", audience=audience)
        texts = [b.text for b in document.blocks() if hasattr(b, "text")]
        texts += [str(v) for t in document.tables() for row in t.rows for v in row]
        assert any("91,827,301" in t for t in texts) == there
