"""How Sphinx builds the documentation; it needs no network."""

import sys
from pathlib import Path

from sphinx.domains.python import PyObject
from sphinx.util.docstrings import prepare_docstring

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
try:
    import xtreme_rules
except ImportError:  # a checkout in which the package is not installed
    sys.path.insert(0, str(HERE.parent / "src"))
    import xtreme_rules

import _generate  # noqa: E402  it needs the package
import _notebooks  # noqa: E402

_generate.write(HERE / "generated")
_notebooks.write(HERE / "notebooks")

project = "xtreme-rules"
author = "the xtreme-rules contributors"
version = release = xtreme_rules.__version__
language = "en-GB"
html_show_copyright = False

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
exclude_patterns = ["_build", "generated"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

nb_execution_mode = "off"  # they have been run
nb_code_prompt_show = "How it is drawn"
nb_code_prompt_hide = "How it is drawn"

add_module_names = False
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 88
python_display_short_literal_types = True
napoleon_use_ivar = True
napoleon_use_rtype = False
napoleon_attr_annotations = False

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_title = f"xtreme-rules {release}"
html_show_sourcelink = False
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["pages.css"]


def _as_written(app, what, name, obj, options, lines):
    """Undo what napoleon does to a property: it reads the words before a colon in the first line as a type."""
    if what == "property":
        lines[:] = prepare_docstring(obj.__doc__)


def setup(app):
    app.connect("autodoc-process-docstring", _as_written, priority=600)
    next(field for field in PyObject.doc_field_types if field.name == "variable").label = "Fields"
