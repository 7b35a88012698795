"""The kinds of jobs of this app: those that write files (exports), and the one that takes a file over."""

from datetime import date
from functools import partial
from itertools import chain

from registers import clock, gravity, ledger_books, ledgers
from registers.access import require
from registers.actors import Actor
from registers.batches import in_order
from registers.imports import progress, returning, uploads
from registers.jobs import Work, kind, saving
from registers.models import ImportedFile, PowerItem, Scheme, Unit
from registers.papers import pages, pictured, writing
from registers.papers.pictured import Table
from registers.papers.writing import LedgerSheet, laid_out, write_laid_out
from registers.refusals import Refused, Stale


def _may_export(actor, parameters):
    require(actor, "export_ledger", Unit.objects.visible_to(actor).get(code=parameters["unit"]))


@kind("ledger", title="导出台账", place="台账", door="ledger", guard=_may_export)
def ledger(parameters, owner, *, reason=""):
    """Write the ledger that a person asked for.

    It holds what that person may read at the time the worker writes it; for a registrar, who reads none of it, what he
    files, with his ``reason``.
    """
    actor = Actor(owner)
    unit = Unit.objects.visible_to(actor).get(code=parameters["unit"])
    scheme = Scheme.objects.visible_to(actor).in_use()
    on = date.fromisoformat(parameters["on"])
    said = f"{owner.name}导出，理由：{reason}" if reason else ""
    scope = ledgers.for_export(actor, unit)
    sheets = ledger_books.worksheets(scope, scheme, unit, on=on, year=on.year, said=said)
    name = f"{unit.name}{scheme.rules.ledger_title}{on:%Y%m%d}.xlsx"
    return Work(name, write_laid_out, laid_out(sheets), ledgers.points_of(scope, scheme, unit, on=on).count())


def _may_import(actor, parameters):
    require(actor, "import", ImportedFile)


@kind(
    "import",
    title="数据导入",
    place="数据导入",
    door="import_list",
    guard=_may_import,
    stops=progress.require_stoppable,
)
def take_over(parameters, owner):
    """Take over a file of many lines. The worker's file lists what was done."""
    pk = parameters["file"]
    try:
        with progress.writing(pk) as tell:
            lines = uploads.accept(
                pk,
                actor=Actor(owner),
                digest=parameters["digest"],
                seen=parameters["version"],
                at=clock.now(),
                pace=partial(progress.taking(pk).say, "compared"),
                begin=partial(progress.begin_writing, pk),
                tell=tell,
            ).lines
    except Stale as stale:
        if str(stale) == uploads.CHANGED:
            uploads.refresh(pk, actor=Actor(owner))
        raise Refused(str(stale)) from stale
    return Work("导入结果.xlsx", saving(partial(returning.done, lines)))


def _asked_at_its_address(actor, parameters):
    """Let the address of the paper decide, to which its owner is sent: it asks who may read the paper and whether it is the same."""


@kind("import_reading", title="数据导入", place="数据导入", door="import_list", guard=_may_import)
def read_in(parameters, owner, *, source):
    """Read and compare a large file for its registrar, who finds the result on its page."""
    uploads.take_in(parameters["file"], source, actor=Actor(owner), at=clock.now())
    return "", bytes


HEAVY = "内容较多，可能需要一两分钟"


@kind("paper", title="生成表格", place="我的待办", door="desk", guard=_asked_at_its_address, takes=HEAVY)
def paper(parameters, owner, *, source):
    """Write a paper that is too heavy for a page.

    ``source``: the packed paper. It was composed when its owner asked for it, and his rights were asked then.
    """
    form = parameters["form"]
    return Work(f"表格.{form}", saving(partial(_printed, source, form)))


def _printed(source, form):
    try:
        return writing.write(writing.unpack(source), form)
    except pages.PaperError as fault:
        raise Refused(str(fault)) from fault


ORDERED_POINTS = [("序号", 6), ("等级", 10), ("轻重", 30), ("单位", 20), ("岗位", 18), ("类别", 12), ("风险内容", 44)]
ORDERED_POWERS = [("序号", 6), ("最高等级", 10), ("该等级的风险点数", 10), ("风险点数", 8), ("三重一大", 12)]
ORDERED_POWERS += [("单位", 20), ("责任岗位", 18), ("权力事项", 40)]


# The same in print: (heading, percent of the width).
PRINTED_POINTS = (("序号", 8), ("等级", 12), ("单位", 20), ("岗位", 18), ("风险内容", 42))
PRINTED_POWERS = (("序号", 8), ("最高等级", 14), ("该等级的风险点", 14), ("单位", 22), ("权力事项", 42))
MOST_PRINTED = 300  # of a list in print: some minutes of a PDF


def _own_register(actor, parameters):
    """Let everybody have it: the worker writes what its owner may read."""


@kind("risk_order", title="导出风险排序", place="风险排序", door="risk_order", guard=_own_register)
def risk_order(parameters, owner):
    """Write points and powers by grade and weight, as far as a person may read them."""
    actor = Actor(owner)
    rules = Scheme.objects.visible_to(actor).in_use().rules
    asked = {name: parameters.get(name, "") for name in ("unit", "domain", "kind")}
    points = gravity.points(gravity.points_of(actor, **asked), rules)
    powers = gravity.powers(gravity.powers_of(actor, **asked), gravity.in_force(actor))
    note = f"截至{actor.on.year}年{actor.on.month}月{actor.on.day}日，由重到轻，只列{owner.name}有权查看的"
    found = points.select_related("unit", "post", "category", "final_grade")
    rows = PowerItem.objects.visible_to(actor).select_related("unit", "accountable_post")
    if parameters.get("form") == "pdf":
        held = list(gravity.in_full(powers[:MOST_PRINTED], rows))
        return Work(f"风险排序{actor.on:%Y%m%d}.pdf", saving(_drawn(points, found, held, rules, note)))
    listed = (_point(*row, rules) for row in enumerate(chain.from_iterable(in_order(found)), 1))
    held = (_power(*row, rules) for row in enumerate(gravity.in_full(powers, rows), 1))
    sheets = [
        LedgerSheet("风险点排序", "风险点", ORDERED_POINTS, listed, note),
        LedgerSheet("权力事项排序", "权力事项", ORDERED_POWERS, held, note),
    ]
    name = f"风险排序{actor.on:%Y%m%d}.xlsx"
    return Work(name, write_laid_out, laid_out(sheets), points.count() + len(powers))


def _drawn(points, found, powers, rules, note):
    """What writes the order as a PDF with its picture: of points and powers the gravest, of which a page holds few words."""
    notes = [f"{note}。"]
    if points.count() > MOST_PRINTED:
        notes.append(f"风险点较多，只列最重的 {MOST_PRINTED} 个；全部见 Excel。")
    shown = [[number, *_named(row)] for number, row in enumerate(found[:MOST_PRINTED], 1)]
    rows = [_power(number, row, rules) for number, row in enumerate(powers, 1)]
    tables = [
        Table("风险点", PRINTED_POINTS, shown),
        Table("权力事项", PRINTED_POWERS, [[row[0], row[1], row[2], row[5], row[7]] for row in rows]),
    ]
    picture = gravity.picture(gravity.summed(points, rules)["unit"], rules) if shown else None
    return partial(pictured.to_pdf, "廉政风险排序", notes=notes, picture=picture, tables=tables)


def _named(point):
    """A point as the printed order lists it."""
    grade = point.final_grade.label if point.final_grade else "未评定"
    return [grade, point.unit.name, point.post.name if point.post else point.involved_posts, point.content]


def _point(number, point, rules):
    grade = point.final_grade.label if point.final_grade else "未评定"
    post = point.post.name if point.post else point.involved_posts
    said = gravity.why(point, rules)
    return [number, grade, said, point.unit.name, post, point.category.label, point.content]


def _power(number, power, rules):
    grade = next((grade.label for grade in rules.grades if grade.rank == power.gravest), "")
    post = power.accountable_post.name if power.accountable_post else ""
    matter = power.get_major_matter_display()
    return [number, grade, power.grave or 0, power.counted or 0, matter, power.unit.name, post, power.name]
