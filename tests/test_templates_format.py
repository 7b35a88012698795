"""Templates and style sheets keep the layout of their formatters, and no line of them is too long to read.

Neither formatter breaks everything: djangofmt leaves a template tag on its line, cssbeautifier a value. So a limit stands
beside each. djangofmt breaks between two template tags where the page would then show a space (``{% endif %}{% if %}``
inside a sentence): such an element has ``{# djangofmt:ignore #}`` above it.
"""

import subprocess
import sys
from pathlib import Path

import cssbeautifier
import pytest

from tests.sources import ROOT, at_once, files, text_of

pytestmark = pytest.mark.once

LONGEST_IN_TEMPLATES, LONGEST_IN_STYLES = 140, 120
REMEDY = (
    "lay out again: .venv/bin/djangofmt templates, and for each style sheet .venv/bin/css-beautify "
    "-r -n -s 2 --space-around-combinator --disable-newline-between-rules FILE"
)


def checked(*paths):
    """The run of djangofmt over ``paths`` that changes nothing; its settings are in pyproject.toml."""
    command = [Path(sys.executable).with_name("djangofmt"), "--check", *paths]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def laid_out(styles):
    """``styles`` as the formatter writes them."""
    options = cssbeautifier.default_options()
    options.indent_size = 2
    options.end_with_newline = True
    options.newline_between_rules = False
    options.space_around_combinator = True
    return cssbeautifier.beautify(styles, options)


def longer_than(limit):
    """A check for lines of more than ``limit`` characters."""

    def check(source):
        for number, line in enumerate(source.splitlines(), 1):
            if len(line) > limit:
                yield number, f"has {len(line)} characters"

    return check


def test_templates_keep_their_layout():
    run = checked("templates")
    assert run.returncode == 0, f"{REMEDY}\n{run.stdout}{run.stderr}"


@pytest.mark.parametrize("bad", ["<ul><li>x</li>\n  <li>y</li></ul>\n", "{% if x %}<div>{% endif %}x\n"])
def test_template_out_of_shape_is_found(tmp_path, bad):
    page = tmp_path / "page.html"
    page.write_text("<ul>\n  <li>x</li>\n</ul>\n", encoding="utf-8")
    assert checked(page).returncode == 0
    page.write_text(bad, encoding="utf-8")
    assert checked(page).returncode != 0


def test_style_sheets_keep_their_layout():
    paths = files(".css", "static")
    assert len(paths) > 10
    assert [path for path in paths if laid_out(text_of(path)) != text_of(path)] == [], REMEDY


@pytest.mark.parametrize("bad", ["p { margin: 0; }\n", "p {\n    margin: 0;\n}\n", "p>a {\n  margin: 0;\n}\n"])
def test_style_sheet_out_of_shape_is_found(bad):
    good = "p > a {\n  margin: 0;\n}\n"
    assert laid_out(good) == good
    assert laid_out(bad) != bad


def test_no_line_is_too_long_to_read():
    assert at_once(files(".html", "templates"), longer_than(LONGEST_IN_TEMPLATES)) == []
    assert at_once(files(".css", "static"), longer_than(LONGEST_IN_STYLES)) == []


def test_line_that_is_too_long_is_found():
    assert list(longer_than(3)("abc\nabcd\n")) == [(2, "has 4 characters")]
