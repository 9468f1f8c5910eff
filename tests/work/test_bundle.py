"""A project as a zip file: what goes out comes in again, and nothing else does."""

import io
import json
import stat
import zipfile

import pytest
from sqlalchemy import select

from tunti.errors import TuntiError
from tunti.store.models import Comment, PlanRow, PlanVersion, ProjectRow
from tunti.work import audit, bundle, comments
from tunti.work.plans import change_plan, make_plan
from tunti.work.roles import LOCAL

MOST = 5_000_000


@pytest.fixture
def project(db, tmp_path):
    folder = tmp_path / "there"
    (folder / "roads").mkdir(parents=True)
    (folder / ".tunti").mkdir()
    (folder / "project.toml").write_text('[project]\nname = "P"\n')
    (folder / "cells.csv").write_text("cell,people\na,1\n")
    (folder / "roads" / "road_links.csv").write_text("x\n")
    (folder / ".tunti" / "work.sqlite").write_text("secret")
    with db.writing() as session:
        row = ProjectRow(slug="p", name="P", folder=str(folder), public=True, made_at=audit.now())
        session.add(row)
        session.flush()
        plan = make_plan(session, LOCAL, project=row.id, name="plan", title="Plan")
        change_plan(session, LOCAL, plan.id, base=1, changes=[{"do": "points", "points": ["a"]}])
        comments.comment(session, LOCAL, plan, text="Hello", bound={"to": "row", "table": "sites", "row": "a"})
    return row


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def take(db, content, tmp_path, slug="q", most=MOST):
    with db.writing() as session:
        return bundle.import_project(session, "test", content, slug=slug, data=tmp_path / "data", most_bytes=most)


def test_what_goes_out_comes_in_again(db, project, tmp_path):
    with db.reading() as session:
        content = bundle.export_project(session, project)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert set(packed.namelist()) == {"project.toml", "cells.csv", "roads/road_links.csv", "work.json"}
    made = take(db, content, tmp_path)
    with db.reading() as session:
        plan = session.execute(select(PlanRow).where(PlanRow.project_id == made.id)).scalar()
        assert (plan.name, plan.version, plan.content["points"]) == ("plan", 2, ["a"])
        assert len(session.execute(select(PlanVersion).where(PlanVersion.plan_id == plan.id)).all()) == 2
        said = session.execute(select(Comment).where(Comment.plan_id == plan.id)).scalar()
        assert (said.text, said.bound["row"]) == ("Hello", "a")
        assert audit.broken(session) is None
        again = bundle.export_project(session, made)
    with zipfile.ZipFile(io.BytesIO(again)) as packed:
        assert packed.read("cells.csv") == b"cell,people\na,1\n"
    with pytest.raises(TuntiError):
        take(db, content, tmp_path)


TOML = '[project]\nname = "P"\n'


def link():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        entry = zipfile.ZipInfo("cells.csv")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr("project.toml", TOML)
        packed.writestr(entry, "/etc/passwd")
    return out.getvalue()


def lying():
    """A file that says it is small and is not."""
    content = bytearray(zipped(**{"project.toml": TOML, "cells.csv": "a" * 6_000_000}))
    import struct

    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = content.find(
            mark, content.find(b"cells.csv") - 60 if mark == b"PK\x03\x04" else content.find(b"PK\x01\x02") + 4
        )
        offset = 22 if mark == b"PK\x03\x04" else 24
        content[at + offset : at + offset + 4] = struct.pack("<I", 10)
    return bytes(content)


BAD = {
    "no zip": b"hello",
    "empty": b"",
    "traversal": zipped(**{"project.toml": TOML, "../cells.csv": "x"}),
    "deep traversal": zipped(**{"project.toml": TOML, "roads/../../cells.csv": "x"}),
    "absolute": zipped(**{"project.toml": TOML, "/tmp/cells.csv": "x"}),
    "backslash": zipped(**{"project.toml": TOML, "..\\cells.csv": "x"}),
    "drive": zipped(**{"project.toml": TOML, "C:cells.csv": "x"}),
    "program": zipped(**{"project.toml": TOML, "run.py": "x"}),
    "hidden": zipped(**{"project.toml": TOML, ".tunti/work.json": "x"}),
    "link": link(),
    "bomb": zipped(**{"project.toml": TOML, "cells.csv": "0" * 4_000_000}),
    "big": zipped(**{"project.toml": TOML, "cells.csv": "ab" * 3_000_000}),
    "lying": lying(),
    "no project": zipped(**{"cells.csv": "x"}),
    "no json": zipped(**{"project.toml": TOML, "work.json": "{"}),
    "other json": zipped(**{"project.toml": TOML, "work.json": "[]"}),
    "odd work": zipped(**{"project.toml": TOML, "work.json": json.dumps({"format": 1, "plans": [{"x": 1}]})}),
    "odder work": zipped(
        **{"project.toml": TOML, "work.json": json.dumps({"format": 1, "plans": [{"id": 1, "x": 1}]})}
    ),
    "cut": zipped(**{"project.toml": TOML, "cells.csv": "x" * 1000})[:-40],
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_project_is_refused_and_leaves_nothing(db, tmp_path, what):
    with pytest.raises(TuntiError):
        take(db, BAD[what], tmp_path)
    assert not list((tmp_path / "data").rglob("*.csv"))
    assert not (tmp_path / "data" / "projects" / "q").exists()
    assert not list(tmp_path.glob("*.csv"))
    with db.reading() as session:
        assert session.execute(select(ProjectRow)).first() is None


@pytest.mark.parametrize("slug", ["", "..", "a/b", "A", "-a", "a" * 61, "å", "a\n"])
def test_names_of_projects(db, tmp_path, slug):
    with pytest.raises(TuntiError):
        take(db, zipped(**{"project.toml": TOML}), tmp_path, slug=slug)
