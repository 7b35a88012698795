"""An old ledger of risk points as proposals.

Which post, power and people its words mean, and what could not be matched.

Nothing of it enters the register here. Accepted points go on sheets that the heads of their units sign (``handing``).
"""

import re
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import Q

from registers.imports import doubled, stages, values
from registers.imports.categories import Categories
from registers.imports.filling import fill_down
from registers.imports.findings import cells_in_words
from registers.imports.handing import hand_on
from registers.imports.heads import normalised
from registers.imports.listed import listed, without_end
from registers.imports.matching import People, Posts, Reader, powers_by_name, proposed_powers, several
from registers.imports.places import Places
from registers.imports.plans import Line, Plan
from registers.imports.scales import Scale
from registers.imports.tables import tables_of
from registers.models import PowerItem, RiskPoint, Scheme
from registers.models.responsibilities import MOST_NAMED
from registers.models.spans import OPEN_VERSION, is_closed
from registers.refusals import Refused
from registers.schemes.adjusting import code_for
from registers.schemes.importing import level_for
from registers.schemes.parts import Level

AT_POST, AT_UNIT = "post", "unit"
LABELS = {AT_POST: "岗位风险点", AT_UNIT: "单位风险点"}
UNTICKED = set()
# Why a power that a point names is not in force yet, and what is to be done first.
UNSIGNED = ("该事项还没有签字生效", "由单位负责人签字")
NO_POWERS = ("单位还没有登记权力事项", "导入权力事项并由单位负责人签字")
NO_SCHEME = "学校尚未采用方案，风险类别和等级无从对应。请先由管理员选用方案，再导入历史台账和权力事项。"
MOST_CONTENT, MOST_MEASURE, MOST_NOTE = 5000, 5000, 1000
MOST_POWER = PowerItem._meta.get_field("name").max_length
MOST_POSTS = RiskPoint._meta.get_field("involved_posts").max_length
MEASURES = ("measure", *stages.FIELDS)
TICKS = ("grade_1", "grade_2", "grade_3")
# Of a head such as 廉政风险点及等级: the grade stands behind the words.
_GRADE_BEHIND = re.compile(r"[(（\s]{0,4}([★☆]{1,5}|[一二三四五ⅠⅡⅢⅣ]级|[高中低](?:风险)?)\s*[)）]?\s*$")
_NUMBER_ALONE = re.compile(r"\d{1,3}$")


@dataclass(slots=True)
class Record:
    """One point of the file.

    ``measures``: stage → text. ``responsible``: people, posts and units. ``notes``: what the file says beside it that has no field.
    """

    unit: object
    row: object
    content: str
    manifestation: str = ""
    post: object = None
    involved: str = ""
    level: str = Level.UNIT
    category: str = ""
    grade: str = ""
    graded: bool = False  # the file says a grade, be it known or not
    power: object = None
    power_name: str = ""
    measures: dict = field(default_factory=dict)
    responsible: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    source: str = ""


def scheme_in_use():
    """Return the rule book that imported points and powers go by. Raises ``Refused`` where there is none."""
    scheme = Scheme.objects.in_use()
    if scheme is None:
        raise Refused(NO_SCHEME)
    return scheme


def compare(book, *, columns, answers, actor, on, pace=None):
    """Return the ``Plan`` of taking over an old ledger. Raises ``Refused`` for what is no such file."""
    rules = scheme_in_use().rules
    plan = Plan("ledgers", answers, pace)
    plan.tables = tables_of(book, "ledgers", columns, plan.report)
    for name, label in (("unit", "所在单位"), ("post", "岗位"), ("content", "风险点")):
        fill_down(plan.tables, name, label, plan.report)
    places = Places(on, plan.report)
    reader = _Ledger(plan, places, rules, actor, on)
    known, seen = _on_record(reader.mine), {}
    for record in reader.records():
        key = _key(record.unit.pk, record.post.pk if record.post else None, record.content)
        if key in known:
            plan.unchanged += 1
            continue
        of_power = (*key, normalised(record.power_name))  # of another power it is another point
        if (first := seen.setdefault(of_power, record)) is not record:
            reader.say_twice(first, record)
    for record in seen.values():
        plan.add(_line(record, rules))
    reader.say_early()
    reader.say_unmatched()
    plan.aliases = places.chosen
    return plan


def _key(unit, post, content):
    return unit, post, "".join(content.split())


def _on_record(units):
    """Return what points of these units say or said, if they are in force or on the way to it.

    Whoever sends an old file again does not want back what was revised since.
    """
    open_ones = RiskPoint.objects.filter(OPEN_VERSION | Q(in_force_from=None), unit__in=units)
    rows = RiskPoint.objects.filter(unit__in=units, series__in=open_ones.values("series"))
    return {_key(*each) for each in rows.values_list("unit_id", "post_id", "content")}


class _Ledger(Reader):
    """Reads the rows of all tables as points."""

    def __init__(self, plan, places, rules, actor, on):
        super().__init__(plan, places, actor, on, "个风险点")
        self.rules, self.posts, self.powers = rules, Posts(plan.report, on), powers_by_name()
        self.unsigned, self._too_early = proposed_powers(self.mine), {}
        self.have_powers = {unit for unit, _ in (*self.powers, *self.unsigned)}
        self.most_named = MOST_NAMED if rules.several_responsible else 1
        self.people = People(plan.report, places.units, self.posts)
        grades = sorted(rules.grades, key=lambda grade: grade.rank)
        self.scale = Scale([(grade.code, grade.label) for grade in grades], plan.report)
        self.categories = Categories(rules, plan.report)
        self.stages = [(stage.code, stage.label) for stage in rules.measure_stages]

    def records(self):
        """Return the points of all rows, in their order."""
        found = []
        for table in self.plan.tables:
            self.plan.rows += len(table.rows)
            graded = any(name == "content" and "等级" in table.columns[c] for c, name in table.fields.items())
            # Rows that share a point, merged down or filled down, say several measures of it.
            for _, rows in groupby(table.rows, key=_point_of):
                found += self._points(table, list(rows), graded)
            self._about_grades(table, found)
        return found

    def say_twice(self, first, record):
        """Say that a point stands in two rows, and keep of both what differs."""
        grades = dict(self.scale.grades)
        differs = doubled.into(first, record, grades=grades, most_named=self.most_named)
        cells = "、".join(one.row.place("content") for one in (first, record))
        where = "" if first.row.sheet == record.row.sheet else f"（前一处在工作表“{first.row.sheet}”）"
        text = f"同一岗位（单位）的同一风险点出现两次{where}，按一个读取：{'；'.join(differs) or '两处的内容相同'}"
        self.report.notice(record.row.sheet, cells, text, "请核对" if differs else "")

    def _early(self, why, record):
        self._too_early.setdefault((record.row.sheet, why), []).append(record.row.place("power"))

    def say_early(self):
        """Say how many points name a power that is not in force yet, so that they do not stand on it."""
        for (sheet, (why, first)), cells in self._too_early.items():
            text = f"{len(cells)} 处写了权力事项，{why}，风险点不会落在权力上"
            remedy = f"请先{first}，再上传本台账；现在导入的，以后在“对应权力”中确认"
            self.report.notice(sheet, cells_in_words(cells), text, remedy)

    def _about_grades(self, table, found):
        """Say how many points of a sheet have no grade. A colour alone is none: it is not read."""
        bare = [record for record in found if record.row.sheet == table.sheet and not record.graded]
        if bare:
            places = "、".join(record.row.place("content") for record in bare[:8])
            text = f"{len(bare)} 个风险点没有写等级，按“未评定”导入；只用颜色表示的等级不读取"
            self.report.notice(table.sheet, places, text, "需要时请补上文字后重新上传")

    def _points(self, table, rows, graded):
        row = rows[0]
        words = self.read(row, "content", "风险点", MOST_CONTENT)
        if words is None:
            return []
        if not words or _NUMBER_ALONE.match(words):
            self._without_point(rows)
            return []
        unit = self.unit_of(table, row)
        if unit is None:
            return []
        items = self._items(words, row)
        manifestations = self._beside(rows, "manifestation", "表现形式", items)
        measures = self._measures(rows, items)
        made = []
        for place, item in enumerate(items):
            content, behind = without_grade(item) if graded else (item, "")
            source = f"{row.sheet}!{row.place('content')}"
            record = Record(unit, row, content, manifestations[place], source=source)
            self._post(record, self.post_above(table))
            if (category := self.read(row, "category", "风险类别", 100)) is not None:
                record.category = self.categories.of(record, category)
            self._grade(record, rows, behind, place, len(items))
            self._power(record)
            record.measures = measures[place]
            self._responsible(record, rows)
            made.append(record)
        return made

    def _without_point(self, rows):
        if self.report.is_open(f"fill:{rows[0].sheet}:content"):
            return
        if any(row.get(name) for name in (*MEASURES, "manifestation") for row in rows):
            row = rows[0]
            text = "这一行没有风险点，却写了措施或表现形式"
            self.report.fault(row.sheet, row.place("content"), text, "请补上风险点，或删去本行")
        else:
            self.plan.count("empty")

    def _items(self, words, row):
        """Return the points of a cell: its numbered items, else the whole text."""
        found = listed(words)
        if len(found.items) < 2:
            return [words]
        if found.doubled:
            self.report.notice(row.sheet, row.place("content"), "编号有重复，各项都保留", "请核对是否漏行")
        items = [without_end(item) for item in found.items]
        return [f"{found.preface}\n{item}" if found.preface else item for item in items]

    def _beside(self, rows, name, label, items, most=MOST_CONTENT):
        """Return what a column says of each of the points of a cell.

        As many numbered items as points belong to one each, anything else to all of them.
        """
        words = self._joined(rows, name, label, most)
        return self._paired(words, rows[0], name, label, items)

    def _paired(self, words, row, name, label, items):
        if len(items) < 2 or not words:
            return [words] * len(items)
        found = listed(words).items
        if len(found) == len(items):
            return [without_end(item) for item in found]
        if len(found) > 1:
            text = f"有 {len(items)} 个风险点、{len(found)} 条{label}，无法一一对应，每个风险点都写上全部{label}"
            self.report.notice(row.sheet, row.place(name), text, "请核对")
        return [words] * len(items)

    def _joined(self, rows, name, label, most):
        """Return the different texts of a column in the rows of one point, one below the other."""
        texts = [words for row in rows if (words := self.read(row, name, label, most))]
        joined = "\n".join(dict.fromkeys(texts))  # what is merged over several rows is said once
        if len(joined) > most:
            text = f"{label}合起来有 {len(joined)} 个字，最多 {most} 个字"
            self.report.fault(rows[0].sheet, rows[0].place(name), text, "请缩短")
            return ""
        return joined

    def _post(self, record, above):
        words = self.read(record.row, "post", "岗位", MOST_POSTS) or above
        if words:
            names = several(self.read(record.row, "responsible", "责任人", 200) or "")
            record.post = self.posts.named(record.unit, words, record.row, "post", held_by=names)
        held = record.post is not None and self.posts.holder(record.post) is not None
        record.level = level_for(self.rules, held=held, root=record.unit.parent_id is None)
        if record.level == Level.PERSONAL:
            return
        if record.post is not None:
            record.notes.append("岗位没有在岗人员，按单位风险点登记")
        elif words:
            record.involved = words
            record.notes.append(
                self.unmatched("岗位", words, record.row, "post", "按单位风险点登记，原文写入“涉及岗位”")
            )
        if code_for(record.level) not in self.rules.adjustments:
            text = (
                f"岗位“{words}”没有对应到在岗人员，本方案没有单位风险点"
                if words
                else "没有写岗位，本方案没有单位风险点"
            )
            self.report.fault(record.row.sheet, record.row.place("post"), text, "请先导入岗位和任职，或改正岗位名称")

    def _grade(self, record, rows, behind, place, points):
        row = record.row
        ticked = [number for number, name in enumerate(TICKS) if (cell := row.get(name)) and values.boolean(cell)]
        if len(ticked) > 1:
            cells = "、".join(row.place(TICKS[number]) for number in ticked)
            self.report.fault(row.sheet, cells, "一个风险点勾了两个等级", "请只保留一个")
            return
        words = self.read(row, "grade", "风险等级", 200) or behind
        if ticked and ticked[0] < len(self.rules.grades):
            record.grade = self.scale.grades[ticked[0]][0]
        elif words:
            several_grades = [line for line in words.splitlines() if line.strip()]
            words = several_grades[place] if points > 1 and len(several_grades) == points else words
            record.grade = self.scale.read(words, f"{row.sheet}!{row.place('grade')}") or ""
            record.notes.append(f"原等级：{words}")
        record.graded = bool(ticked or words)

    def _power(self, record):
        words = self.read(record.row, "power", "权力事项", MOST_POWER) or ""
        record.power_name = words
        found = self.powers.get((record.unit.pk, normalised(words)), []) if words else []
        if len(found) == 1:
            record.power = found[0]
        elif words and (record.unit.pk, normalised(words)) in self.unsigned:
            self._early(UNSIGNED, record)
        elif words and record.unit.pk not in self.have_powers:
            self._early(NO_POWERS, record)
        elif words:
            self.unmatched("权力事项", words, record.row, "power", "原文保留，可在“对应权力”中确认")

    def _measures(self, rows, items):
        """Return stage → text for each of the points."""
        made = [{} for _ in items]
        for name in MEASURES:
            words = self._joined(rows, name, "防控措施", MOST_MEASURE)
            for field_name, text in (stages.by_words(words) if name == "measure" else {name: words}).items():
                if not text or not (code := self._stage(field_name, rows[0], name)):
                    continue
                for found, said in zip(made, self._paired(text, rows[0], name, "措施", items), strict=True):
                    found[code] = f"{found[code]}\n{said}" if code in found else said
        return made

    def _stage(self, field_name, row, name):
        """Return the stage of measures in this column. Where the file has no stages and the rule book does, it is asked."""
        if field_name and (code := stages.stage_of(field_name, self.stages)):
            return code
        if len(self.stages) == 1:
            return self.stages[0][0]
        text = "文件的防控措施没有分阶段，写入方案的哪一阶段？以后可在防控表中调整。"
        return self.report.ask("stage", text, self.stages, f"{row.sheet}!{row.place(name)}")

    def _office(self, unit, words):
        """Return the office that a text names, among the unit, those above it and those below it."""
        found = [office for office in self.places.named(words) if self.people.are_near(unit.pk, office.pk)]
        return found[0] if len(found) == 1 and not is_closed(found[0], self.on) else None

    def _responsible(self, record, rows):
        row = record.row
        words = self._joined(rows, "responsible", "责任人", 200)
        for name in several(words):
            who = self.people.named(record.unit, name, row, "responsible") or self._office(record.unit, name)
            if who is None:
                record.notes.append(self.unmatched("责任人", name, row, "responsible", "原文保留在说明中"))
            elif who not in record.responsible:
                record.responsible.append(who)
        for who in record.responsible[self.most_named :]:
            record.notes.append(f"责任人还有：{who}")
        del record.responsible[self.most_named :]
        for name, label in (("leader", "责任领导"), ("body", "责任主体"), ("due", "完成时限")):
            for cell in row.cells.get(name, []):
                if cell.text.strip():
                    record.notes.append(f"{label}：{'、'.join(cell.text.split())[:100]}")


def _point_of(row):
    """What rows of one point have in common. A row without one goes with nobody."""
    texts = tuple(_bare(row, name) for name in ("unit", "post", "power", "content", "grade"))
    return texts if texts[3] else (row.number,)


def _bare(row, name):
    cell = row.get(name)
    return cell.text.strip() if cell else ""


def without_grade(words):
    """Return (text, grade behind it) of a text that may end with its grade."""
    match = _GRADE_BEHIND.search(words)
    return (words[: match.start()].strip(), match[1]) if match and match.start() else (words, "")


def _line(record, rules):
    post = record.post.name if record.level == Level.PERSONAL else ""
    grade = rules.label_of("grades", record.grade) if record.grade else "未评定"
    category = rules.label_of("categories", record.category) if record.category else ""
    parts = (category, grade, f"措施 {len(record.measures)} 项" if record.measures else "没有措施")
    return Line(
        AT_POST if post else AT_UNIT,
        record.unit.code,
        f"{record.unit}{post}：{record.content[:60]}",
        "",
        "，".join(part for part in parts if part),
        record.source,
        record=record,
        field=record.content,
    )


def apply(plan, lines, *, on):
    """Hand the accepted ``lines`` to the sheets that the heads of their units sign."""
    hand_on(plan, lines)
