"""A name that a scheme file mistypes, or that nothing fills, is refused, with the right name beside it."""

import copy
import re

import pytest
from pydantic import ValidationError

from registers.schemes.checking import crosscheck, loading
from registers.schemes.language import Scheme
from tests.longer import LONG
from tests.registers.mutated import FILES
from tests.workflows.lengthened import at, put, texts

pytestmark = pytest.mark.once

DOCUMENTS = {path.stem: loading.read(path)[1] for path in FILES}
NAMES = {("HeaderCell", "field"), ("Column", "field"), ("SignOff", "field"), ("SignOff", "step"), ("Ask", "field")}
EVERY = 1 if LONG else 9


def faults(document):
    try:
        return list(crosscheck.faults(Scheme.model_validate(document)))
    except ValidationError as wrong:
        return [(error["loc"], error["msg"], error["msg"]) for error in wrong.errors()]


def changed(document, path, value):
    other = copy.deepcopy(document)
    put(other, path, value)
    return other


def filled(scheme, path):
    """Whether the system fills this place: not left for handwriting, nor on a form that only people fill."""
    if path[0] != "papers":
        return True
    paper = scheme.papers[path[1]]
    part = scheme
    for step in path[:-1]:
        part = part[step] if isinstance(part, dict | list | tuple) else getattr(part, step)
    used = bool(paper.compiled) or any(task.paper == path[1] for task in scheme.tasks)
    return used and not getattr(part, "by_hand", False)


@pytest.mark.parametrize("slug", DOCUMENTS)
def test_mistyped_name_is_refused_with_the_right_one(slug):
    document = DOCUMENTS[slug]
    scheme = Scheme.model_validate(document)
    places = [path for kind, path in texts(scheme) if kind in NAMES and at(document, path) and filled(scheme, path)]
    missed = []
    for path in places[::EVERY]:
        name = at(document, path)
        wrong = name[:-1] if len(name) > 3 else f"{name}x"
        # Said at its place, or at the question whose answer has no place to be printed any more.
        found = [
            remedy
            for where, _, remedy in faults(changed(document, path, wrong))
            if where == path[: len(where)] or f"field: {name}}}" in remedy
        ]
        if not any(f"“{name}”" in remedy or "是否应写作" in remedy or name in remedy for remedy in found):
            missed.append((path, wrong, found))
    assert len(places) > 60
    assert missed == []


def side_by_side(part, path=()):
    """Yield two names of each group that people choose from, as (kind of group, place of the first, of the second)."""
    inside = list(part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ())
    plain = isinstance(part, list) or path in (("roles",), ("levels",))
    places = [(*path, key, *last) for key, value in inside for last in named(value, plain)]
    if path and len(places) > 1 and path[-1] != "examples":  # the sections of a file are nothing to choose from
        yield (path[0], [step for step in path if isinstance(step, str)][-1]), *places[:2]
    if path != ("papers",):  # what is printed on a paper may say the same twice
        for key, value in inside:
            yield from side_by_side(value, (*path, key))


def named(value, plain):
    """Return where the name of an item stands in it. ``plain``: the item may be a name and nothing else."""
    if isinstance(value, str):
        return [()] if plain and re.search("[\u4e00-\u9fff]", value) else []
    return [(key,) for key in ("label", "title") if isinstance(value, dict) and key in value][:1]


def test_no_two_things_side_by_side_have_one_name():
    tried, missed = set(), []
    for document in DOCUMENTS.values():
        for kind, first, second in side_by_side(document):
            if kind in tried:
                continue
            tried.add(kind)
            other = changed(document, second, at(document, first))
            if kind == ("papers", "papers"):  # whose name is label and title
                put(other, (*second[:-1], "label"), at(document, first[:-1]).get("label", ""))
            if not any(words in said for _, said, _ in faults(other) for words in ("重复", "问了")):
                missed.append((first, second))
    assert len(tried) > 20
    assert missed == []


NOT_FILLED = {  # document, place, value → words of the fault and of the remedy
    "grade on powers": (
        "jiangsu-dynamic", ("papers", "power-register", "columns", 3, "field"), "grade", "不会有内容", "by_hand"),
    "basis that no task asks for": (
        "jiangsu-dynamic", ("tasks", 0, "asks", 4, "field"), "discipline", "引用的“legal_basis”不会有内容", "by_hand"),
    "act of a step that the route does not have": (
        "nwnu-2012", ("papers", "annex-1", "header", 1, 0, "field"), "by.nostep", "不会有内容", "by.decide"),
    "tick that no grade has": (
        "nwnu-2012", ("papers", "annex-2", "columns", 1, "columns", 0, "tick"), "较高", "不是“grade”的任何一个值", "高"),
    "mark that is never set": (
        "changchun-2016", ("papers", "annex-4", "marks", 0, "when"), "copy", "永远不会成立", "copied"),
    "order by what is not there": (
        "nwnu-2012", ("papers", "annex-3", "sort", 0), "ranks", "排序依据“ranks”", "rank"),
    "notice block of a signature": (
        "changchun-2016", ("papers", "grading-sheet", "footer", 1, "step"), "fill", "种类不符", "publicity"),
    "members where nobody voted": (
        "changchun-2016", ("papers", "annex-2", "footer", 1, "step"), "sign", "却不是集体审核", "members"),
    "by hand what the system fills": (
        "nwnu-2012", ("papers", "annex-3", "columns", 4, "field"), "grade", "不能写 by_hand", "删去 by_hand"),
    "fixed rows of anything": (
        "changchun-2016", ("papers", "annex-2", "fixed_rows"), "finding_source", "没有可列的值", "category"),
    "paper about something else": (
        "changchun-2016", ("papers", "notice", "about"), "unit", "不是关于 unit 的", "about: notice"),
    "text of a letter": (
        "changchun-2016", ("papers", "notice", "closing", 0), "{publishers}", "{publishers}", "publisher"),
    "paper of another level": (
        "changchun-2016", ("tasks", 3, "paper"), "annex-3", "却是 unit 层面的", "level 改为 personal"),
    "paper that is compiled": (
        "changchun-2016", ("tasks", 9, "paper"), "duty-list", "由系统汇编，不能用于填报", "没有 compiled"),
}  # fmt: skip


@pytest.mark.parametrize(("slug", "path", "value", "fault", "remedy"), NOT_FILLED.values(), ids=NOT_FILLED)
def test_what_would_print_empty_is_refused(slug, path, value, fault, remedy):
    found = faults(changed(DOCUMENTS[slug], path, value))
    assert any(fault in said and remedy in f"{said}{advice}" for _, said, advice in found), found


def test_form_that_only_people_fill_may_name_anything():
    document = changed(DOCUMENTS["imut-2011"], ("papers", "service-receipt", "header", 0, 0, "field"), "whatever")
    assert faults(document) != []  # the system fills it
    for name in ("compiled", "about"):
        document = changed(document, ("papers", "service-receipt", name), None)
    assert faults(document) == []
