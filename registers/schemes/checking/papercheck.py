"""Faults of a scheme's papers: columns, fields and sign-offs that nothing would ever fill.

What can be filled is asked of the sources themselves (``registers.papers.given``). A paper that no task uses and no
source compiles is a blank form for handwriting: it is printed as it stands.
"""

from dataclasses import dataclass, field

from registers.papers import given
from registers.papers.compose import SOURCES
from registers.schemes import adjusting
from registers.schemes.checking import vocabulary
from registers.schemes.language import Brings, StepKind
from registers.schemes.layout import PLACEHOLDER, fields_used, leaf_columns

NUMBER = "number"  # filled by ``compose``
TYPED_ROWS = {brings.value for brings in Brings if brings is not Brings.REPORT} | {adjusting.ROWS}
FIXED = "category"  # the only field of which a document lists every value (``fixed``)


@dataclass
class Use:
    """What fills a paper: the names it may use, and in words who fills it.

    ``steps``: ``{code: kind}`` of the acts that are printed; ``values``: field → all values it can have, where they
    are few.
    """

    who: str
    rows: set
    fields: set
    steps: dict = field(default_factory=dict)
    marks: set = field(default_factory=set)
    values: dict = field(default_factory=dict)


def faults(scheme):
    """Yield ``(where, fault, remedy)`` for what papers list, and for what refers to them."""
    yield from _actions(scheme)
    if SOURCES:  # where none has registered, the language is used without the applications
        yield from _sources(scheme)
        yield from _tasks(scheme)


def unfilled(scheme):
    """Yield ``(where, fault, remedy)`` for whatever on a paper would print empty.

    Only of use when tasks and routes are sound: what they lack is missing on their papers too.
    """
    for slug, paper in scheme.papers.items():
        said = set()
        # What several tasks fill must be filled by each: what one of them leaves out would print empty on its sheets.
        for use in _uses(scheme, slug, paper):
            for fault in _paper(slug, paper, use):
                if fault[0] not in said:
                    said.add(fault[0])
                    yield fault


def _printed(index, task, paper):
    """Yield what a sheet asks for as a whole and its paper does not show."""
    section = "asks" if task.brings is Brings.REPORT else "report"
    for place, ask in enumerate(getattr(task, section)):
        if ask.field not in fields_used(paper):
            yield (
                ("tasks", index, section, place, "field"),
                f"“{task.label}”填写的“{ask.label}”在表格“{paper.title}”上没有地方印",
                f"在该表格的 footer 中补上 - {{label: {ask.label}, kind: text, field: {ask.field}}}",
            )


def _actions(scheme):
    for index, action in enumerate(scheme.warning_actions):
        if action.paper and action.paper not in scheme.papers:
            yield (
                ("warning_actions", index, "paper"),
                f"“{action.label}”的文书“{action.paper}”不存在",
                f"改为已有的：{'、'.join(sorted(scheme.papers))}",
            )


def _sources(scheme):
    known = TYPED_ROWS | set(SOURCES) - {given.SHEET}
    compiles = {name for name, source in given.GIVEN.items() if source.about}
    for slug, paper in scheme.papers.items():
        for name, right in (("rows", known), ("compiled", compiles)):
            value = getattr(paper, name)
            if value and value not in right:
                near = vocabulary.nearest(value, right)
                yield (
                    ("papers", slug, name),
                    f"“{paper.title}”的数据来源“{value}”不存在",
                    f"是否应写作“{near}”？" if near else f"改为：{'、'.join(sorted(right))}",
                )
        source = given.GIVEN.get(paper.compiled)
        if source and source.about and source.about != paper.about:
            yield (
                ("papers", slug, "about"),
                f"“{paper.title}”的数据来源“{paper.compiled}”不是关于 {paper.about} 的",
                f"改为 about: {source.about}",
            )


def _tasks(scheme):
    for index, task in enumerate(scheme.tasks):
        paper = scheme.papers.get(task.paper)
        if paper is None:
            continue
        where = ("tasks", index, "paper")
        if paper.rows in TYPED_ROWS and paper.rows != task.brings:
            yield (
                where,
                f"“{task.label}”填报的是 {task.brings}，表格“{paper.title}”列的却是 {paper.rows}",
                f"换一张 rows: {task.brings} 的表格，或改正该表格的 rows",
            )
        elif paper.rows and paper.rows not in TYPED_ROWS and task.brings is not Brings.REPORT:
            yield (
                where,
                f"“{task.label}”填报的是 {task.brings}，表格“{paper.title}”却由系统编制",
                f"换一张 rows: {task.brings} 的表格",
            )
        yield from _printed(index, task, paper)
        if paper.compiled:
            yield where, f"表格“{paper.title}”由系统汇编，不能用于填报", "换一张没有 compiled 的表格"
        if paper.level != task.level:
            yield (
                where,
                f"“{task.label}”是 {task.level} 层面的，表格“{paper.title}”却是 {paper.level} 层面的",
                f"换一张表格，或把该表格的 level 改为 {task.level}",
            )


def _uses(scheme, slug, paper):
    if paper.compiled:
        if names := given.of_compiled(paper):
            yield Use("由系统汇编", *names)
        return
    source = given.GIVEN.get(given.SHEET)
    for task in scheme.tasks:
        if source is None or task.paper != slug or task.route not in scheme.routes:
            continue
        names = given.of_sheet(scheme, task)
        steps, marks = source.steps(scheme, task), source.marks(scheme, task)
        yield Use(f"由“{task.label}”填写", *names, steps, marks, _values(scheme))


def _values(scheme):
    """Field → the labels that it can print, for columns that are ticked."""
    grades = {grade.label for grade in scheme.grades}
    values = dict.fromkeys(("grade", "self_grade", "proposed_grade", "final_grade"), grades)
    values |= {factor.code: {value.label for value in factor.values} for factor in scheme.grading.factors}
    named = {"category": "categories", "domain": "domains", "nature": "natures", "finding_source": "finding_sources"}
    return values | {field: {item.label for item in getattr(scheme, section)} for field, section in named.items()}


def _paper(slug, paper, use):
    where = ("papers", slug)
    yield from _columns(where, paper, use)
    for row, cells in enumerate(paper.header):
        for place, cell in enumerate(cells):
            yield from _name((*where, "header", row, place, "field"), cell, use.fields, use, f"表头“{cell.label}”")
    for section in ("paragraphs", "closing"):
        for index, text in enumerate(getattr(paper, section)):
            for match in PLACEHOLDER.finditer(text):
                if match[2] not in use.fields:
                    yield _unfilled((*where, section, index), f"文字中的 {{{match[2]}}}", match[2], use.fields, use)
    for index, block in enumerate(paper.footer):
        yield from _footer((*where, "footer", index), block, use)
    for index, mark in enumerate(paper.marks):
        if mark.when and mark.when not in use.marks:
            yield (
                (*where, "marks", index, "when"),
                f"字样“{mark.text}”的条件“{mark.when}”永远不会成立（该表{use.who}）",
                f"改为：{'、'.join(sorted(use.marks))}" if use.marks else "删去 when（总是印出），或删去这个字样",
            )


def _columns(where, paper, use):
    for path, column in _leaves((*where, "columns"), paper.columns):
        yield from _name((*path, "field"), column, use.rows | {NUMBER}, use, f"列“{column.label}”")
        values = use.values.get(column.field)
        if column.tick is not None and values is not None and column.tick not in values:
            near = vocabulary.nearest(column.tick, values)
            yield (
                (*path, "tick"),
                f"列“{column.label}”打勾的条件“{column.tick}”不是“{column.field}”的任何一个值",
                f"是否应写作“{near}”？" if near else f"改为：{'、'.join(sorted(values))}",
            )
    known = use.rows | {column.field for column in leaf_columns(paper)}
    for name in (name.removeprefix("-") for name in paper.sort):
        if name not in known:
            yield _unfilled((*where, "sort"), f"排序依据“{name}”", name, use.rows, use)
    if paper.fixed_rows not in (None, FIXED):
        yield (
            (*where, "fixed_rows"),
            f"固定行“{paper.fixed_rows}”没有可列的值",
            f"只能写 fixed_rows: {FIXED}（每个风险类别一行），或删去",
        )


def _leaves(where, columns):
    for index, column in enumerate(columns):
        if column.columns:
            yield from _leaves((*where, index, "columns"), column.columns)
        else:
            yield (*where, index), column


def _name(where, part, known, use, what):
    """Yield what is wrong with the field that a part of the paper prints."""
    if part.by_hand and part.field in known:
        yield where, f"{what}由系统填写，不能写 by_hand", "删去 by_hand；要留空手填的，换一个 field"
    elif not part.by_hand and part.field not in known:
        place, fault, remedy = _unfilled(where, what, part.field, known, use)
        yield place, fault, f"{remedy}；要留空手填的加上 by_hand: true"


def _unfilled(where, what, name, known, use):
    near = vocabulary.nearest(name, known)
    alike = {other for other in known if other.split(".")[0] == name.split(".")[0]} or known
    right = f"是否应写作“{near}”？" if near else f"可用：{'、'.join(sorted(alike)) or '（无）'}"
    return where, f"{what}引用的“{name}”不会有内容（该表{use.who}）", right


def _footer(where, block, use):
    if block.kind == "text":
        yield from _name((*where, "field"), block, use.fields, use, f"签署栏“{block.label}”")
        return
    if not block.step:
        return
    kind = use.steps.get(block.step)
    if kind is None:
        near = vocabulary.nearest(block.step, use.steps)
        yield (
            (*where, "step"),
            f"签署栏“{block.label}”引用的步骤“{block.step}”不在该表的流程中（该表{use.who}）",
            f"是否应写作“{near}”？"
            if near
            else f"改为：{'、'.join(use.steps)}，或删去 step 留空手签"
            if use.steps
            else "删去 step，留空手签",
        )
    elif (block.kind == "publicity") != (kind is StepKind.PUBLICISE):
        yield (
            (*where, "kind"),
            f"签署栏“{block.label}”与步骤“{block.step}”的种类不符",
            "公示步骤用 kind: publicity，其他步骤用 signature 或 opinion",
        )
    elif block.members and kind is not StepKind.COLLECTIVE_REVIEW:
        yield (
            (*where, "members"),
            f"签署栏“{block.label}”要印成员，步骤“{block.step}”却不是集体审核",
            "删去 members，或改为集体审核的步骤",
        )
