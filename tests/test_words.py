"""Plain words: first lines of docstrings, names that mean one thing, and the glossary. Each check finds a planted breach."""

import ast
import importlib
import re

import pytest
from django.conf import settings
from django.db.models import Model

from tests.sources import at_once, files, tree_of

pytestmark = pytest.mark.once

FOLDERS = ("registers", "riskmgmt", "workflows")
FIRST_LINE = 100
# These words name no result and no function: they mean five things. `standing_in` is a verb of the house.
WORN = {"told", "standing", "found"}
MEANT = {"not_found": "the name of the answer 404"}
GLOSSARY = "docs/glossary.md"
# What users read says one thing in one way. The words on the left have meant the same as those on the right.
ONE_WORD = {
    "学校办公室": "学校领导小组办公室",
    "逐行意见": "逐项意见",
    "项任务的截止": "个事项的截止",
    "填报任务": "应填的表",
    "自行了结": "自动终止",
    "轻重不同": "轻重不一",
    "最重或最轻，建议": "各项因素轻重不一，按方案建议",
}
NAME = re.compile(r"`((?:registers|workflows|riskmgmt)\.[\w.]+)`")


# --- First lines ---------------------------------------------------------------------------------------


def definitions(tree, *, private=False):
    """(node, name) of the module, its classes and functions and the methods of classes; the private ones if asked."""
    yield tree, "the module"
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if private or not node.name.startswith("_"):
                yield node, node.name
                waiting.extend(node.body if private or isinstance(node, ast.ClassDef) else ())
        elif isinstance(node, ast.If | ast.Try | ast.With):
            waiting.extend(node.body)


def unplain(source):
    """First lines of public docstrings that do not end with a full stop, are long, or hold a semicolon."""
    for node, name in definitions(tree_of(source)):
        first = (ast.get_docstring(node) or ".").splitlines()[0]
        line = 1 if isinstance(node, ast.Module) else node.lineno
        if not first.endswith("."):
            yield line, f"{name}: the first line does not end with a full stop"
        if len(first) > FIRST_LINE:
            yield line, f"{name}: the first line has {len(first)} characters, more than {FIRST_LINE}"
        if ";" in first or "；" in first:
            yield line, f"{name}: two sentences instead of a semicolon"


def worn(source):
    """Functions, methods and classes whose name holds a word that means too many things."""
    for node, name in definitions(tree_of(source), private=True):
        parts = re.findall(r"[A-Z]?[a-z]+", name.replace("standing_in", ""))
        words = {part.lower().removesuffix("s") for part in parts}
        if WORN & words and name not in MEANT and not isinstance(node, ast.Module):
            yield node.lineno, f"{name}: say what it gives"


def test_first_lines_are_plain():
    assert at_once(files(".py", *FOLDERS), unplain) == []


def test_names_mean_one_thing():
    assert at_once(files(".py", *FOLDERS), worn) == []


@pytest.mark.parametrize(
    "bad",
    [
        '"""Does it hold?"""',
        '"""Close a version; open the next."""',
        '"""Close a version；open the next."""',
        f'"""{"x" * FIRST_LINE}."""',
        '"""Close a version\n\n    and open the next.\n    """',
    ],
)
def test_unplain_first_line_is_found(bad):
    method = f'"""Rows."""\nclass A:\n    """A row."""\n    def close(self):\n        {bad}\n'
    assert [line for line, _ in unplain(method)] == [4]
    assert [line for line, _ in unplain(f"{bad.replace('    ', '')}\n")] == [1]


def test_private_helper_may_have_any_first_line():
    assert (
        list(unplain('def _f():\n    """x; y"""\ndef g():\n    """Return x."""\n    def h():\n        """y"""\n')) == []
    )


@pytest.mark.parametrize("bad", ["def _told(): ...", "class Standings: ...", "if x:\n    def lines_found(): ..."])
def test_worn_name_is_found(bad):
    assert len(list(worn(bad))) == 1
    assert list(worn("def not_found(): ...\ndef standing_in(): ...\nfounder = told = 1\n")) == []


# --- Words that users read -----------------------------------------------------------------------------


def two_words(text):
    """(line, what) of words that stand for what has another word everywhere else."""
    for number, line in enumerate(text.splitlines(), 1):
        yield from ((number, f"{word}: {one}") for word, one in ONE_WORD.items() if word in line)


def test_one_thing_has_one_word():
    """The table "Wording" of what users have read with two meanings, or twice."""
    places = [*files(".py", *FOLDERS), *files(".html", "templates"), *files(".md", "docs")]
    assert at_once(places, two_words) == []


def test_second_word_for_one_thing_is_found():
    assert [line for line, _ in two_words("办公室\n由学校办公室催办\n")] == [2]


# --- The glossary --------------------------------------------------------------------------------------


def exists(name):
    """Whether the dotted ``name`` is a module, or something in one: a class, a function, a field, a member."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            if isinstance(thing, type) and part in fields_of(thing):
                return part == parts[-1]
            if not hasattr(thing, part):
                return False
            thing = getattr(thing, part)
        return True
    return False


def fields_of(cls):
    """Names of the fields of a model, of a part of a scheme file, or of a dataclass."""
    if issubclass(cls, Model):
        return {field.name for field in cls._meta.get_fields()}
    return set(getattr(cls, "model_fields", ())) | set(getattr(cls, "__dataclass_fields__", ()))


def unexplained(page):
    """(line, what) of rows of a glossary's tables without a name from the code, and of names that the code lacks."""
    for number, line in enumerate(page.splitlines(), 1):
        names = NAME.findall(line)
        if line.startswith("|") and not names and not re.match(r"\|(-|.* in the code |.* where it lives )", line):
            yield number, "no name from the code"
        yield from ((number, f"{name} does not exist") for name in names if not exists(name))


def test_glossary_names_what_exists():
    page = (settings.BASE_DIR / GLOSSARY).read_text(encoding="utf-8")
    assert len(NAME.findall(page)) > 100
    assert at_once([GLOSSARY], unexplained) == []


@pytest.mark.parametrize(
    "bad",
    [
        "| 单位 | `registers.models.Department` | A unit. |",
        "| 单位 | `registers.models.Unit.colour` | A field. |",
        "| 单位 | `registers.models.Unit.name.first` | Part of a field. |",
        "| 单位 | `workflows.nowhere.Unit` | A module. |",
        "| 单位 | Unit | Not a name with its module. |",
    ],
)
def test_unknown_name_in_the_glossary_is_found(bad):
    assert [line for line, _ in unexplained(f"| Chinese | name in the code | meaning |\n|---|---|\n{bad}\n")] == [3]
    assert exists("registers.models.Unit.name")
    assert exists("registers.schemes.language.Task.brings")
