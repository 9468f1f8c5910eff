"""Sphinx configuration: MyST pages, reference pages made from schemas, settings and docstrings."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import _make

import tunti

_make.write_all(Path(__file__).parent / "reference" / "generated")

project = "Tunti"
author = "The Tunti authors"
copyright = "2026, the Tunti authors"
version = release = tunti.__version__
language = "en"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.mathjax", "numpydoc"]
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
numpydoc_show_class_members = False
numpydoc_validation_checks: set[str] = set()
autodoc_typehints = "none"
exclude_patterns = ["_build", "reference/generated/.keep"]
html_theme = "furo"
html_title = "Tunti"
html_static_path = ["_static"]
nitpicky = False
suppress_warnings = ["ref.python"]
