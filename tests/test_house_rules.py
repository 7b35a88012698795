"""More house rules: who may write what, which modules know each other, what static files and models must say."""

import ast
import builtins
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.contrib.staticfiles import finders
from django.db.models import Model

from tests.sources import APPS, at_once, files, named, nodes_of, text_of
from tests.test_architecture import COMMENT

pytestmark = pytest.mark.once


# --- What is written only in one place -----------------------------------------------------------------

# Where a submission stands: written by a move, or when the campaign opens what has become due.
STANDS = {"state", "step", "waiting_role", "step_due_on", "gravest_rank", "filed_at"}
MOVES_IT = {
    "workflows/routing/moves.py": "it is the move",
    "workflows/campaign/campaigns.py": "the next sheet of a task that stands all year is open at once",
    "workflows/campaign/owing.py": "sheets open when their day has come, and end when nobody owes them",
    "workflows/routing/carrying.py": "the gravest grade of the sheets that it carries, when some were sent in again",
    "workflows/publicity/notices.py": "a submission that enters its notice waits for it",
    "workflows/routing/routes.py": "the gravest grade of what is handed in or adjudicated",
}


def standing_written(source):
    """Assignments to a sheet's standing, and updates of it."""
    for node in nodes_of(source):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in STANDS:
            if named(node.value) == "self":
                continue  # what a form remembers is no sheet
            yield node.lineno, f"writes {named(node)}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            writes = node.func.attr in ("update", "bulk_update", "save")
            if writes and (names := STANDS & {*(word.arg for word in node.keywords), *_fields(node)}):
                yield node.lineno, f"{node.func.attr} writes {', '.join(sorted(names))}"


def _fields(call):
    """The names of fields that ``update_fields`` of a save or a bulk_update lists."""
    return {inner.value for inner in ast.walk(call) if isinstance(inner, ast.Constant) and isinstance(inner.value, str)}


@pytest.mark.once
def test_sheet_is_moved_in_one_place():
    others = [path for path in files(".py", "registers", "workflows") if path not in MOVES_IT]
    assert at_once(others, standing_written) == []
    assert {path for path in MOVES_IT if not list(standing_written(text_of(path)))} == set(), "no longer needed"


@pytest.mark.once
@pytest.mark.parametrize(
    "bad",
    [
        "sheet.state = 'filed'",
        "sheet.step, sheet.version = 'sign', 2",
        "Submission.objects.filter(pk=1).update(state='open')",
        "sheet.save(update_fields=['waiting_role'])",
    ],
)
def test_moving_a_sheet_elsewhere_is_found(bad):
    assert [line for line, _ in standing_written(f"x = 1\n{bad}\n")] == [2]
    assert list(standing_written("x.filter(state='open')\ny.update(read_at=1)\n")) == []


BY_DAY = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


# "In force on a day" is said once: whoever filters for an open end means today, and is wrong when an end is recorded in advance.
def open_ends(source):
    """Filters for rows without an end."""
    for node in nodes_of(source):
        if isinstance(node, ast.Call):
            named_so = (word for word in node.keywords if word.arg in ("until", "in_force_until"))
            yield from ((word.value.lineno, "until=None") for word in named_so if ast.unparse(word.value) == "None")
            names = ("until__isnull", "in_force_until__isnull")
            yield from (
                (node.lineno, word.arg) for word in node.keywords if word.arg in names or _asks_closed(word.arg)
            )
        elif isinstance(node, ast.Attribute) and node.attr == "closed_on":
            yield node.lineno, named(node)
        elif isinstance(node, ast.Compare) and any(isinstance(op, BY_DAY) for op in node.ops):
            parts = [part for part in (node.left, *node.comparators) if isinstance(part, ast.Attribute)]
            yield from (
                (node.lineno, named(part)) for part in parts if part.attr in ("in_force_from", "in_force_until")
            )


def _asks_closed(name):
    """Whether a keyword asks on which day a unit or a post was closed."""
    return "closed_on" in (name or "").split("__")


@pytest.mark.once
def test_in_force_on_a_day_is_said_in_one_place():
    others = [path for path in files(".py", "registers", "workflows") if path != "registers/models/spans.py"]
    assert at_once(others, open_ends) == []


@pytest.mark.once
@pytest.mark.parametrize(
    "bad",
    [
        "x.filter(until=None)",
        "Q(in_force_until=None)",
        "x.exclude(until__isnull=True)",
        "x.filter(post__unit__closed_on__gt=day)",
        "x.filter(closed_on=None)",
        "unit.closed_on is None",
        "measure.in_force_until is None or measure.in_force_until > on",
    ],
)
def test_filter_for_an_open_end_is_found(bad):
    assert len(list(open_ends(bad))) == 1


@pytest.mark.once
def test_numbers_that_were_sent_are_read_in_one_place():
    """``isdigit`` alone takes ², and a number of a thousand digits is one that no column holds."""
    readers = {
        path for path in files(".py", "registers", "workflows") if "isdigit" in text_of(path) and "/demo/" not in path
    }
    assert readers == {"registers/views/sent.py", "workflows/progress/figures.py"}


RAW = re.compile(r"(^|\.)(cursor|RawSQL|mark_safe|SafeString)$")
RAW_IN = {
    "registers/papers/pages.py": "mark_safe: our own style sheet inside <style>, which knows no entities",
    "registers/analysed.py": "cursor: ANALYZE, which the ORM does not know",
    "riskmgmt/health.py": "cursor: SELECT 1, is the database there",
    "registers/prepared.py": "cursor: PREPARE of a statement that Django has made, whose values are parameters or escaped",
    "registers/inserting.py": "cursor: INSERT and COPY of the columns of a model, whose values are parameters or escaped",
}


def raw(source):
    """Uses of what escapes neither HTML nor SQL."""
    for node in nodes_of(source):
        if isinstance(node, ast.Name | ast.Attribute) and RAW.search(named(node)):
            yield node.lineno, f"uses {named(node)}"


@pytest.mark.once
def test_nothing_bypasses_escaping():
    paths = files(".py", *APPS)
    assert at_once([path for path in paths if path not in RAW_IN], raw) == []
    assert {path for path in RAW_IN if not list(raw(text_of(path)))} == set(), "no longer needed"


@pytest.mark.once
@pytest.mark.parametrize("bad", ["mark_safe(text)", "connection.cursor()", "expressions.RawSQL('1', [])"])
def test_bypass_of_escaping_is_found(bad):
    assert [line for line, _ in raw(f"x = 1\n{bad}\n")] == [2]


# What is wrong on our side, or carries more than a sentence; everything else that ends an act is Refused or Stale.
OWN_EXCEPTIONS = {
    "registers/access.py": {"NotAllowed", "NoPolicy"},
    "registers/refusals.py": {"Refused", "Stale"},
    "registers/limited.py": {"Broken"},
    "registers/imports/rows.py": {"Unusual"},  # the parser reads it instead
    "registers/papers/compose.py": {"UnknownSource"},
    "registers/papers/faces.py": {"FacesMissing"},
    "registers/papers/pages.py": {"PaperError"},
    "riskmgmt/serve.py": {"StartError"},
    "workflows/messages/robots.py": {"NotTaken"},
}
BUILT_IN = {name for name, thing in vars(builtins).items() if isinstance(thing, type) and issubclass(thing, Exception)}


def exceptions_of(source):
    """Classes that derive from a built-in exception."""
    for node in nodes_of(source):
        if isinstance(node, ast.ClassDef) and BUILT_IN & {named(base) for base in node.bases}:
            yield node.lineno, node.name


@pytest.mark.once
def test_an_act_ends_without_effect_in_two_ways_only():
    found = {path: {name for _, name in exceptions_of(text_of(path))} for path in files(".py", *APPS)}
    assert {path: names for path, names in found.items() if names} == OWN_EXCEPTIONS


@pytest.mark.once
def test_exception_of_its_own_is_found():
    assert list(exceptions_of("class Conflict(Exception): ...\nclass Faulty(Refused): ...\n")) == [(1, "Conflict")]


# The form of a sheet renders what the sheet says; a kind of sheet that it knew by name would be a rule in two places.
KNOWN_TO_FORMS = tuple(f"workflows.sheets.{name}" for name in ("base", "conflicts", "drafts", "fields"))


def known_kinds(source):
    """Imports of kinds of sheets, by whoever should know none."""
    for node in nodes_of(source):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("workflows.sheets"):
            if node.module not in KNOWN_TO_FORMS:
                yield node.lineno, f"imports {node.module}"
        elif isinstance(node, ast.ImportFrom) and any(name.name in ("Brings", "sheets") for name in node.names):
            yield node.lineno, "imports what a sheet brings"
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names if name.name.startswith("workflows.sheets"))


@pytest.mark.once
def test_forms_know_no_kind_of_sheet():
    assert at_once(files(".py", "workflows/forms"), known_kinds) == []


MARKUP = ("HTML", "Submit", "Button", "Reset", "Hidden")  # of crispy_forms: markup and buttons stand in templates


def markup(source):
    """Markup that Python makes: parts of a form's layout that are no field."""
    for node in nodes_of(source):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("crispy_forms"):
            yield from ((node.lineno, f"imports {name.name}") for name in node.names if name.name in MARKUP)
        elif isinstance(node, ast.Call) and named(node.func).rpartition(".")[2] == "Submit":
            yield node.lineno, "makes a button"


@pytest.mark.once
def test_markup_stands_in_templates():
    assert at_once(files(".py", *APPS), markup) == []


@pytest.mark.once
@pytest.mark.parametrize(
    ("check", "bad"),
    [
        (known_kinds, "from workflows.sheets.graded import Graded"),
        (known_kinds, "from workflows.sheets import sheet_for"),
        (known_kinds, "from workflows import sheets"),
        (known_kinds, "import workflows.sheets.full"),
        (known_kinds, "from registers.schemes.language import Brings"),
        (markup, "from crispy_forms.layout import HTML, Layout"),
        (markup, "layout.Submit('save', '保存')"),
    ],
)
def test_form_that_knows_too_much_is_found(check, bad):
    assert [line for line, _ in check(f"x = 1\n{bad}\n")] == [2]
    assert list(check("from workflows.sheets.fields import Field\nfrom crispy_forms.layout import Layout\n")) == []


# --- Models --------------------------------------------------------------------------------------------


def models():
    return [model for name in ("registers", "workflows") for model in apps.get_app_config(name).get_models()]


def silent(model):
    """Whether a model has no docstring of its own; what Django generates is its name and its fields."""
    return not model.__doc__ or model.__doc__.startswith(f"{model.__name__}(")


@pytest.mark.once
def test_every_model_says_what_it_is():
    everything = models()
    assert len(everything) > 20
    assert [model.__name__ for model in everything if silent(model)] == []
    assert [model.__name__ for model in everything if model.__str__ is Model.__str__] == []
    assert silent(ContentType)


# --- Static files and templates ------------------------------------------------------------------------

CSS_COMMENT = re.compile(r"/\*.*?\*/|(?m:^\s*//.*$)", re.DOTALL)
ADDRESS = re.compile(r"""(?:url\(|["'`(=])\s*["']?((?:https?:)?//[^"'`\s)]+)""")
# A name, not an address: nothing is fetched from it.
NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def addresses(source):
    """Addresses of other sites in a style sheet, a script or a template."""
    kept = CSS_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), source)
    for found in ADDRESS.finditer(kept):
        if found[1] not in NAMESPACES:
            yield kept.count("\n", 0, found.start()) + 1, found[1]


@pytest.mark.once
def test_nothing_is_fetched_from_another_site():
    paths = [path for suffix in (".css", ".js", ".svg") for path in files(suffix, "static")]
    assert paths
    assert at_once([*paths, *files(".html", "templates")], addresses) == []


@pytest.mark.once
@pytest.mark.parametrize(
    "bad", ["@import url(https://example.com/a.css);", "fetch('//example.com/x')", '<link href="http://example.com">']
)
def test_address_of_another_site_is_found(bad):
    assert [line for line, _ in addresses(f"/* see https://example.com */\n{bad}\n")] == [2]


CLASSES = re.compile(r'\sclass="([^"]*)"')
TAG = re.compile(r"{%.*?%}|{{.*?}}")
SELECTOR = re.compile(r"\.(-?[a-zA-Z_][\w-]*)")
WITHOUT_STYLE = {
    "person": "names the component; its parts have the style",
    "paper-value": "names what is filled in on a line above the table",
}


def classes_of(template):
    """(line, class) of the classes a template writes out; what touches a tag (``status-{{ state }}``) is left out."""
    template = COMMENT.sub(lambda found: "\n" * found[0].count("\n"), template)
    for found in CLASSES.finditer(template):
        for name in TAG.sub("{}", found[1]).split():
            if "{}" not in name:
                yield template.count("\n", 0, found.start()) + 1, name


def styled():
    own = "".join(text_of(path) for path in (*files(".css", "static"), *files(".js", "static")))
    theirs = "".join(path.read_text(encoding="utf-8") for path in vendor_sheets())
    return set(SELECTOR.findall(own + theirs))


def vendor_sheets():
    names = ("vendor/tabler/tabler.min.css", "vendor/bootstrap-icons/bootstrap-icons.min.css")
    return [Path(finders.find(name)) for name in names]


@pytest.mark.once
def test_every_class_has_a_style():
    known = styled() | set(WITHOUT_STYLE)
    found = [
        f"{path}:{line} {name}"
        for path in files(".html", "templates")
        for line, name in classes_of(text_of(path))
        if name not in known
    ]
    assert found == []
    assert set(WITHOUT_STYLE) & styled() == set(), "no longer needed"


@pytest.mark.once
def test_class_without_a_style_is_found():
    assert list(classes_of('\n<p class="a {% if x %} b{% endif %} c-{{ y }} d">')) == [(2, "a"), (2, "d")]
    assert "no-such-class" not in styled()
