"""Faults in what tasks ask for: what nothing keeps, nobody can fill, or no column is wide enough for.

Which fields there are, and how much each holds, is read from the models that keep what is typed.
"""

from collections import Counter

from django.db import models

from registers.differences import CODED
from registers.models import PowerItem, RiskPoint
from registers.schemes.checking import vocabulary
from registers.schemes.language import Brings, Level

KEPT_BY = {Brings.POINTS: RiskPoint, Brings.POWERS: PowerItem}
NEEDED = {Brings.POINTS: "content", Brings.POWERS: "name", Brings.REPORT: "narrative"}
NARRATIVE = "narrative"  # the one text that is kept of a sheet as a whole
# Kept otherwise than as a text.
CHOSEN = {Brings.POINTS: {"post"}, Brings.POWERS: {"accountable_post", "procedure", "touches_vital_interests"}}
DECIDED = ("level", "grade_reason")  # texts of a record that no field asks for
WITHOUT_REPORT = (Brings.GROUP, Brings.REPORT)  # a group keeps its plan, a report is the text itself
# Words under which an entry of points holds what is no field of the record.
OF_EVERY_ENTRY = {"category", "change", "reason", "grade", "rank", "grade_reason"}


def askable(brings):
    """Return the names of the fields that a sheet of this kind can ask for in each entry."""
    model = KEPT_BY.get(brings)
    if model is None:
        return {NARRATIVE} if brings is Brings.REPORT else set()
    texts = {
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and field.name not in DECIDED
    }
    return texts | CHOSEN[brings]


def faults(scheme):
    """Yield ``(where, fault, remedy)`` for what the tasks of a scheme ask for."""
    for index, task in enumerate(scheme.tasks):
        yield from _asks(("tasks", index), scheme, task)
        yield from _report(("tasks", index), task)
        yield from _measures(("tasks", index), task)
    yield from _codes(scheme)


def _asks(where, scheme, task):
    known = askable(task.brings)
    if task.asks and not known:
        yield (*where, "asks"), f"“{task.label}”填报的是 {task.brings}，内容由系统规定，asks 不会出现", "删去 asks"
        return
    for index, ask in enumerate(task.asks):
        here = (*where, "asks", index)
        if ask.field not in known:
            near = vocabulary.nearest(ask.field, known)
            yield (
                (*here, "field"),
                f"“{ask.field}”不是可填写的内容",
                f"是否应写作“{near}”？" if near else f"改为以下之一：{'、'.join(sorted(known))}",
            )
        elif ask.field == "post" and task.level is Level.PERSONAL:
            yield (*here, "field"), f"“{task.label}”是个人表，岗位就是填报人的岗位，不必再问", "删去这一项"
        elif (section := CODED.get(ask.field)) and not getattr(scheme, section):
            yield (*here, "field"), f"“{ask.label}”没有可选的内容", f"先在 {section} 中列出各项，或删去这一项"
        elif not _chosen_from_list(ask.field, task):
            yield from _length(here, ask, KEPT_BY.get(task.brings))
    yield from _repeated((*where, "asks"), task.asks)
    needed = NEEDED.get(task.brings)
    if needed and needed not in {ask.field for ask in task.asks}:
        directory = task.brings is Brings.REPORT  # its table is compiled, or its text is a file
        if not directory:
            yield (*where, "asks"), f"“{task.label}”没有询问“{needed}”", f"在 asks 中补上 field: {needed}"


def _chosen_from_list(name, task):
    """Whether a field offers a list, so that nobody types."""
    if name == "duty":
        return task.level is Level.PERSONAL
    model = KEPT_BY.get(task.brings)
    column = model and name not in CHOSEN[task.brings] and model._meta.get_field(name)
    return name in CODED or name in CHOSEN.get(task.brings, ()) or bool(column and column.choices)


def _length(where, ask, model):
    """Yield a field that takes more characters than its column keeps."""
    most = model and model._meta.get_field(ask.field).max_length
    if most and ask.max_length > most:
        said = "max_length" in ask.model_fields_set
        yield (
            (*where, "max_length") if said else where,
            f"“{ask.label}”可填 {ask.max_length} 字，登记册中只能存 {most} 字",
            f"把 max_length 改为不超过 {most}" if said else f"补上 max_length: {most}（不写时为 {ask.max_length}）",
        )


def _repeated(where, asks):
    for name in ("field", "label"):
        for value, count in Counter(getattr(ask, name) for ask in asks).items():
            if count > 1:
                index = max(place for place, ask in enumerate(asks) if getattr(ask, name) == value)
                yield (*where, index, name), f"“{value}”问了 {count} 次", "每项内容只问一次，名称也不要重复"


def _report(where, task):
    if task.report and task.brings in WITHOUT_REPORT:
        yield (
            (*where, "report"),
            f"“{task.label}”填报的是 {task.brings}，report 中的内容不会保存",
            "删去 report" if task.brings is Brings.GROUP else "改写在 asks 中",
        )
    for index, ask in enumerate(task.report):
        if ask.field != NARRATIVE:
            yield (
                (*where, "report", index, "field"),
                f"整张表只保存一段文字，“{ask.field}”不会保存",
                f"改为 field: {NARRATIVE}",
            )
    yield from _repeated((*where, "report"), task.report)


def _measures(where, task):
    points = task.brings is Brings.POINTS
    if "measure_asks" in task.model_fields_set and task.brings is not Brings.MEASURES and "measures" not in task.also:
        yield (
            (*where, "measure_asks"),
            f"“{task.label}”不填防控措施，不能写 measure_asks",
            "删去 measure_asks，或补上 also: [measures]" if points else "删去 measure_asks",
        )
    if task.also and not points:
        yield (*where, "also"), f"“{task.label}”填报的是 {task.brings}，also 只能和 brings: points 一起写", "删去 also"


def _codes(scheme):
    """Yield codes of factors and stages under which an entry already holds something else."""
    taken = dict.fromkeys(askable(Brings.POINTS) | OF_EVERY_ENTRY, "填报内容")
    sections = ((("grading", "factors"), scheme.grading.factors), (("stages",), scheme.stages))
    for where, items in sections:
        for index, item in enumerate(items):
            if item.code in taken and taken[item.code] != where:
                yield (*where, index, "code"), f"代码“{item.code}”已用于其他内容，同一张表上分不清", "换一个代码"
            taken.setdefault(item.code, where)
