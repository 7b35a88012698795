"""The house rules, as tests. Each names the file and line that breaks it; each is shown a breach that it must find."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.urls import get_resolver

from tests.sources import APPS, ROOT, at_once, files, named, nodes_of, text_of, tree_of
from tests.written import values_of

# Nothing here asks a database; that models and migrations agree is in test_setup.
pytestmark = pytest.mark.once

LINES, FUNCTION_LINES = 400, 60
READS_A_CLOCK = {
    "workflows/messages/robots.py": "a claim on a message lapses by the machine's time",
    "registers/clock.py": "it is the clock",
    "workflows/messages/notifications.py": "a claim on a mail lapses by the machine's time, whatever day a demo shows",
    "registers/sessions.py": "a session ends by the machine's time, as Django wrote it",
    "registers/jobs.py": "a claim on a job lapses by the machine's time",
    "registers/views/demo.py": "how far a demo may stray from the machine's time",
    "workflows/demo": "which year it is when a demo is made",
    "workflows/management": "which year it is when a demo is made or a paper printed",
    "registers/management": "which year it is when a ledger is exported",
    "riskmgmt": "signs of life are the machine's",
}


# --- What may be written -------------------------------------------------------------------------------


CLOCKS = re.compile(r"(^|\.)(timezone\.now|datetime\.now|datetime\.utcnow|date\.today|datetime\.today)$")
FORBIDDEN_CALLS = re.compile(r"(^|\.)(print|breakpoint|raw|extra|eval|exec)$")
HIDDEN = re.compile(r"(^|\.)(receiver|csrf_exempt|post_save|pre_save|post_delete|pre_delete|m2m_changed)$")


def clock_reads(source):
    for node in nodes_of(source):
        if isinstance(node, ast.Attribute) and CLOCKS.search(named(node)):
            yield node.lineno, named(node)


def surprises(source):
    """Calls and names that hide a rule or leave a trace: signals, raw SQL, prints, exceptions swallowed whole."""
    for node in nodes_of(source):
        if isinstance(node, ast.Call) and FORBIDDEN_CALLS.search(named(node.func)):
            yield node.lineno, f"calls {named(node.func)}"
        elif isinstance(node, ast.Name | ast.Attribute) and HIDDEN.search(named(node)):
            yield node.lineno, f"uses {named(node)}"
        elif isinstance(node, ast.ExceptHandler) and _swallows(node):
            yield node.lineno, "swallows every exception"


def _swallows(handler):
    broad = handler.type is None or named(handler.type) in ("Exception", "BaseException")
    return broad and all(isinstance(statement, ast.Pass | ast.Continue) for statement in handler.body)


def test_rules_ask_one_clock():
    paths = [path for path in files(".py", *APPS) if not path.startswith(tuple(READS_A_CLOCK))]
    assert at_once(paths, clock_reads) == []


def test_nothing_hides_a_rule():
    # What these print is their interface.
    paths = [path for path in files(".py", *APPS) if path != "riskmgmt/serve.py"]
    assert at_once(paths, surprises) == []


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (clock_reads, "from django.utils import timezone\nx = timezone.now()\n"),
        (clock_reads, "import datetime\nx = lambda: datetime.date.today()\n"),
        (surprises, "x = 1\nprint(x)\n"),
        (surprises, "y = 1\nUnit.objects.raw('SELECT 1')\n"),
        (surprises, "from django.dispatch import receiver\n@receiver(saved)\ndef f(): ...\n"),
        (surprises, "try:\n    f()\nexcept Exception:\n    pass\n".replace("try:", "try:", 1)),
    ],
)
def test_forbidden_word_is_found(check, source):
    assert [line for line, _ in check(source)] in ([2], [3])


def long_functions(source):
    for node in nodes_of(source):
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= FUNCTION_LINES:
            yield node.lineno, f"{node.name} has {node.end_lineno - node.lineno + 1} lines"


def undocumented(source):
    """Public functions and classes of a module, and the module, that do not say what they do."""
    tree = tree_of(source)
    if tree.body and ast.get_docstring(tree) is None:
        yield 1, "the module has no docstring"
    for node in tree.body:
        public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if public and ast.get_docstring(node) is None:
            yield node.lineno, f"{node.name} has no docstring"


def test_files_and_functions_are_short():
    paths = [
        *files(".py", *APPS, "tests"),
        *files(".html", "templates"),
        *files(".js", "static"),
        *files(".css", "static"),
    ]
    long = [f"{path}: {count} lines" for path in paths if (count := text_of(path).count("\n")) > LINES]
    assert long == []
    assert at_once(files(".py", *APPS, "tests"), long_functions) == []


def test_what_is_public_says_what_it_does():
    # A command's help, a model's verbose_name and a policy's rule say it already; settings and urls are lists.
    known = ("management/", "/settings.py", "/urls.py", "/apps.py", "/wsgi.py", "policies", "/__init__.py")
    paths = [path for path in files(".py", *APPS) if not any(part in path for part in known)]
    assert at_once(paths, undocumented) == []


def test_every_room_says_what_is_in_it():
    rooms = [path for path in files("__init__.py", *APPS) if ast.get_docstring(tree_of(text_of(path))) is None]
    assert rooms == []


def test_undocumented_and_long_functions_are_found():
    assert [line for line, _ in undocumented('"""Module."""\n\ndef f(): ...\n\ndef _g(): ...\n')] == [3]
    assert len(list(long_functions("def f():\n" + "    x = 1\n" * FUNCTION_LINES))) == 1


# --- What an institution may call things ---------------------------------------------------------------

# Words that belong to the language of all institutions, or stand in the code for another reason than a scheme's.
COMMON = {
    "岗位职责": "the duties of a post: the register has them whatever a scheme looks into",
    "高": "one character is no name",
}


def names_in(scheme):
    """What this institution alone calls things: itself, its categories, grades, phases and papers."""
    yield scheme["identity"]["institution"]
    for group in scheme["categories"].values() if isinstance(scheme["categories"], dict) else [scheme["categories"]]:
        yield from (category["label"] for category in group)
    yield from (grade["label"] for grade in scheme["grades"])
    yield from (phase["label"] for phase in scheme.get("phases", []))
    yield from (stage["label"] for stage in scheme.get("stages", []))
    yield from (action["label"] for action in scheme.get("warning_actions", []))
    yield from (
        (paper["title"] for paper in scheme["papers"].values())
        if isinstance(scheme["papers"], dict)
        else (paper["title"] for paper in scheme["papers"])
    )


def held_by(text, words):
    """Return those of ``words`` that a text holds, comments left out."""
    text = COMMENT.sub("", text)
    return [word for word in words if word in text and re.search(as_a_name(word), text)]


@cache
def as_a_name(word):
    if len(word) == 1:  # 高, 中, 低: a grade where it stands alone, a syllable elsewhere
        return re.compile(rf"(?:^|[>'\"])\s*{word}\s*(?:$|[<'\"])")
    return re.compile(rf"(?<![上下]){re.escape(word)}")


def mentions(words):
    """A check for string constants that hold one of ``words``; comments and docstrings may, and so may 上一级."""

    def check(source):
        docstrings = {
            node.body[0].value
            for node in nodes_of(source)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None
        }
        for node in nodes_of(source):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings:
                yield from ((node.lineno, word) for word in held_by(node.value, words))

    return check


def test_code_names_no_institution():
    schemes = [values_of(path.read_text(encoding="utf-8")) for path in (ROOT / "fixtures" / "schemes").glob("*.yaml")]
    words = {name for scheme in schemes for name in names_in(scheme) if name and name not in COMMON}
    assert len(words) > 20
    paths = [path for path in files(".py", "registers", "workflows") if "/demo/" not in path]
    found = at_once(paths, mentions(words))
    found += [f"{path}: {word}" for path in files(".html", "templates") for word in held_by(text_of(path), words)]
    assert found == []


def test_name_of_a_scheme_is_found():
    assert list(mentions({"思想道德"})("x = 1\ny = '思想道德风险'\n")) == [(2, "思想道德")]


# --- Templates -----------------------------------------------------------------------------------------

COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}", re.DOTALL)
INLINE = {
    "inline style": re.compile(r"<style|\sstyle="),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)|\son[a-z]+="),
    "unescaped": re.compile(r"\|safe\b|{% autoescape off"),
    "another site": re.compile(r"(?:src|href|action)=[\"']?(?:https?:)?//"),
}
USED = re.compile(r"""(?:include|extends|kept) ["']([^"']+)["']""")
URL_NAME = re.compile(r"""{% url ["']([a-z_]+)["']""")


def faults_of(template):
    template = COMMENT.sub("", template)
    for what, pattern in INLINE.items():
        yield from ((template.count("\n", 0, found.start()) + 1, what) for found in pattern.finditer(template))
    for form in re.finditer(r"<form[^>]*method=\"post\"[^>]*>.*?</form>", template, re.DOTALL):
        if "csrf_token" not in form[0]:
            yield template.count("\n", 0, form.start()) + 1, "a form without csrf_token"


def test_templates_keep_to_the_policy():
    assert at_once([path for path in files(".html", "templates") if "/papers/" not in path], faults_of) == []


@pytest.mark.parametrize(
    "bad",
    [
        '<p style="color: red">',
        "<script>go()</script>",
        '<a onclick="go()">',
        "{{ text|safe }}",
        '<img src="https://example.com/a.png">',
        '<form method="post"><button></button></form>',
    ],
)
def test_fault_of_a_template_is_found(bad):
    assert len(list(faults_of(f"<h1>x</h1>\n{bad}"))) == 1


def unused(templates, code):
    """Of ``templates`` (name → source), those that neither another one nor Python code names."""
    by_django = ("400.html", "403.html", "404.html", "500.html")
    used = {found for source in templates.values() for found in USED.findall(COMMENT.sub("", source))}
    return {
        name
        for name in templates
        if name not in used
        and f'"{name}"' not in code
        and name not in by_django
        and not name.startswith("registration/")
    }


def test_every_template_is_used_and_compiles():
    templates = {path.removeprefix("templates/"): text_of(path) for path in files(".html", "templates")}
    assert unused(templates, "\n".join(text_of(path) for path in files(".py", *APPS))) == set()
    for name in templates:
        get_template(name)


def test_unused_template_is_found():
    templates = {
        "page.html": "{% include 'part.html' %}{% comment %}{% include 'old.html' %}{% endcomment %}",
        "part.html": "",
        "old.html": "",
        "lost.html": "",
    }
    assert unused(templates, 'render(request, "page.html")') == {"old.html", "lost.html"}


@cache
def known_addresses():
    return {name for name in get_resolver().reverse_dict if isinstance(name, str)}


def unknown_addresses(template):
    return set(URL_NAME.findall(template)) - known_addresses()


def test_every_address_a_template_names_exists():
    assert {name for path in files(".html", "templates") for name in unknown_addresses(text_of(path))} == set()


def test_unknown_address_is_found():
    assert unknown_addresses("{% url 'desk' %}{% url 'no_such_page' 1 %}{% url \"nor_this\" %}") == {
        "no_such_page",
        "nor_this",
    }


# --- The rest ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["check"], ["format", "--check"]])
def test_linter_is_content(arguments):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *arguments, "."], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_readme_and_guides_name_files_that_exist():
    """Links of the documents lead somewhere."""
    broken = []
    for document in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for link in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            if "://" not in link and not (Path(document).parent / link).exists():
                broken.append(f"{document.name}: {link}")
    assert broken == []
