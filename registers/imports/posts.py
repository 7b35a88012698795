"""A file of posts against the posts on record: new ones, what they are, their duties and holders.

None is ever closed.
"""

import re
from dataclasses import dataclass, field, replace

from registers.imports import appointing, occupied, values
from registers.imports.filling import fill_down
from registers.imports.grid import Cell
from registers.imports.heads import normalised
from registers.imports.matching import people_on_record, read_text
from registers.imports.numbers import Numbers
from registers.imports.places import Places
from registers.imports.plans import Line, Plan
from registers.imports.tables import tables_of
from registers.imports.values import Wrong
from registers.journal import Journal, Kind
from registers.models import Incumbency, Post, Scheme
from registers.posts import MOST_DUTY, MOST_PLACES, change, set_duties, shown

NEW, CHANGED, DUTIES, TAKES, LEAVES_POST = "new", "changed", "duties", "takes", "leaves_post"
LABELS = {NEW: "新岗位", CHANGED: "信息变化", DUTIES: "岗位职责", TAKES: "任职", LEAVES_POST: "卸任"}
UNTICKED = {LEAVES_POST}
MOST_LEVEL = Post._meta.get_field("level").max_length
# How words of a kind of post, or of a grade of that kind, begin or end.
KINDS = {
    Post.Kind.PROFESSIONAL: re.compile(r"专技|专业技术|教师|其他专技|ZJ\d", re.IGNORECASE),
    Post.Kind.MANAGEMENT: re.compile(r"管理|.*职员$|GL\d", re.IGNORECASE),
    Post.Kind.WORKER: re.compile(r"工勤|普通工|技术工|GQ\d", re.IGNORECASE),
}
_PLACES = re.compile(r"(\d{1,4})\s*[人个名]?")
FLAGS = {"risk": ("is_risk_post", "风险岗位"), "key": ("is_key_post", "重点岗位")}


@dataclass(slots=True)
class Record:
    """One post of the file. ``holder`` None: the file does not say, "" that nobody holds it."""

    unit: object
    name: str
    row: object
    code: str = ""
    post: object = None
    values: dict = field(default_factory=dict)
    duties: list = field(default_factory=list)
    holder: object = None
    since: object = None  # since when, None where the file does not say


def kind_of(words):
    """Return the kind of a post by the words for it or for its grade, "" where they do not say it."""
    return next((kind.value for kind, form in KINDS.items() if form.match(words)), "")


def compare(book, *, columns, answers, actor, on, pace=None):
    """Return the ``Plan`` of taking over a file of posts. Raises ``Refused`` for what is no such file."""
    plan = Plan("posts", answers, pace)
    plan.tables = tables_of(book, "posts", columns, plan.report)
    fill_down(plan.tables, "unit", "所在单位", plan.report)
    places = Places(on, plan.report)
    reader = _Reader(plan, places, on)
    mine, held = set(actor.unit_ids("registrar")), reader.held
    for record in reader.records():
        if record.unit.pk not in mine:
            place = record.row.place("unit")
            plan.report.fault(record.row.sheet, place, f"岗位“{record.name}”不在您管理的单位内", "请删去本行")
            continue
        _compare(plan, record, held, dict(reader.domains or ()))
    if early := plan.counts.get("early_domain", 0):
        text = f"还没有选定方案，{early} 行的“风险领域”没有读取"
        plan.report.notice(plan.tables[0].sheet, "", text, "选用方案后再导入一次本文件，即可补上")
    plan.aliases = places.chosen
    return plan


class _Reader:
    """Reads the rows of all tables as posts, one record for each holder."""

    def __init__(self, plan, places, on):
        self.plan, self.report, self.places, self.on = plan, plan.report, places, on
        self.users, self.by_name = people_on_record()
        self.codes = {post.code.upper(): post for post in Post.objects.existing(on).select_related("unit")}
        self.held = {}  # post → incumbencies
        for row in Incumbency.objects.in_force(on).select_related("user").order_by("since", "pk"):
            self.held.setdefault(row.post_id, []).append(row)
        self.numbers = Numbers(plan.tables, "holder_number", self.users, plan.report)
        in_use = Scheme.objects.in_use()
        self.domains = None if in_use is None else [(item.code, item.label) for item in in_use.rules.domains]

    def records(self):
        """Return the records of all rows without a fault of their own."""
        records, used = [], {}
        for row in (row for table in self.plan.tables for row in table.rows):
            self.plan.count_row()
            record = self._record(row)
            if record is None:
                continue
            if record.code and (first := used.setdefault(record.code.upper(), record)) is not record:
                cells = f"{first.row.place('code')}、{row.place('code')}"
                if (first.name, first.unit) != (record.name, record.unit):
                    self.report.fault(row.sheet, cells, f"岗位编号 {record.code} 用了两次", "请改正其中一个")
                    continue
                record.code = ""  # one more holder of the same post
            records += self._with_holders(record)
        self._pair(records)
        return occupied.find(records, self.codes.values(), self.held, self.report)

    def _pair(self, records):
        """Let two posts of a unit stand in for each other (互为AB岗): the holder of each is the B岗 of the other.

        Each may name the other post or its holder. One of the two is enough. A B岗 that has a column of its own stays.
        """
        known = {}
        for record in records:
            holder = [record.holder.name] if record.holder else []
            for name in (record.name, *holder):
                known.setdefault((record.unit.pk, normalised(name)), record)
        for record in {id(record.row): record for record in reversed(records)}.values():
            words = self._read(record.row, "mutual", "互为AB岗", 60)
            if not words or values.is_vacant(words):
                continue
            other = known.get((record.unit.pk, normalised(words)))
            if other is None or other.row is record.row:
                text = f"没有找到与“{record.name}”互为AB岗的“{words[:20]}”"
                remedy = "请写本文件中同一单位另一岗位的名称或任职人"
                self.report.fault(record.row.sheet, record.row.place("mutual"), text, remedy)
                continue
            for one, two in ((record, other), (other, record)):
                if two.holder:
                    one.values.setdefault("backup", two.holder)

    def _read(self, row, name, label, most):
        return read_text(self.report, row, name, label, most)

    def _record(self, row):
        name = self._read(row, "name", "岗位名称", Post._meta.get_field("name").max_length)
        words = self._read(row, "unit_code", "单位代码", 20) or self._read(row, "unit", "所在单位", 80)
        if name == "" and row.get("code") is None and row.get("holder_number") is not None:
            self.plan.count("no_post")  # a person of a file of people
            return None
        if not name or not words:
            asked = not words and self.report.is_open(f"fill:{row.sheet}:unit")
            if name is not None and words is not None and not asked:
                missing = "所在单位" if name else "岗位名称"
                self.report.fault(
                    row.sheet, row.place("unit" if name else "name"), f"没有{missing}", f"请填写{missing}"
                )
            return None
        unit = self.places.of(words, row.sheet, row.place("unit"))
        if unit is None:
            return None
        record = Record(unit, name, row)
        self._code(record)
        self._values(record)
        self._duties(record)
        return record

    def _code(self, record):
        row = record.row
        if row.get("code") is None:
            return
        try:
            record.code = values.identifier(row.get("code"), "岗位编号")
            if "." in record.code:
                raise Wrong(f"岗位编号“{record.code}”不能含有小数点", "请改正")
        except Wrong as wrong:
            self.report.fault(row.sheet, row.place("code"), str(wrong), wrong.remedy)
        post = self.codes.get(record.code.upper())
        if post is not None and post.unit_id != record.unit.pk:
            text = f"岗位编号 {record.code} 已用于“{post.unit}”的“{post}”"
            self.report.fault(row.sheet, row.place("code"), text, "请换一个编号")

    def _values(self, record):
        row = record.row
        for name, (column, label) in FLAGS.items():
            if row.get(name) is None:
                continue
            flag = values.boolean(row.get(name))
            if flag is None:
                words = row.get(name).text.strip()[:20]
                options = [("yes", "是"), ("no", "否")]
                answer = self.report.ask(f"{name}:{words}", f"{label}写着“{words}”，是不是？", options, row.place(name))
                flag = {"yes": True, "no": False}.get(answer)
            if flag is not None:
                record.values[column] = flag
        words = self._read(row, "tier", "岗位层级", 40)
        if words:
            options = list(Post.Tier.choices)
            tier = next((value for value, label in options if words in (label, label.removesuffix("岗位"))), "")
            tier = tier or self.report.ask(f"tier:{words}", f"岗位层级“{words}”是哪一层？", options, row.place("tier"))
            record.values |= {"tier": tier} if tier else {}
        self._kind(record)
        self._domain(record)
        if words := self._read(row, "backup", "B岗人员", 40):
            backup = None if values.is_vacant(words) else self._holder(words, record, "backup")
            record.values |= {"backup": backup} if backup else {}
        self._places(record)
        self._since(record)

    def _since(self, record):
        row = record.row
        try:
            since = values.day(row.get("since"), this_year=self.on.year) if row.get("since") else None
        except Wrong as wrong:
            self.report.fault(row.sheet, row.place("since"), str(wrong), wrong.remedy)
            return
        record.since = since.day if since is not None else None

    def _places(self, record):
        """Read how many people may hold a post: 3, 3人, 3个."""
        row = record.row
        words = self._read(row, "places", "核定职数", 20)
        if not words:
            return
        number = _PLACES.fullmatch(words)
        if number is None or not 1 <= int(number[1]) <= MOST_PLACES:
            text = f"核定职数“{words}”不是 1 到 {MOST_PLACES} 的整数"
            self.report.fault(row.sheet, row.place("places"), text, "请改正，没有核定的留空")
        else:
            record.values["authorised"] = int(number[1])

    def _kind(self, record):
        """Read the grade of a post as it is written, and its kind from its own column or from the grade: 专技七级, GL05."""
        row = record.row
        level = self._read(row, "level", "岗位等级", MOST_LEVEL)
        if level:
            record.values["level"] = level
        words = self._read(row, "kind", "岗位类别", 40)
        kind = kind_of(words or level or "")
        if words and not kind:
            cell = f"{row.sheet}!{row.place('kind')}"
            kind = self.report.ask(f"kind:{words}", f"岗位类别“{words}”是哪一类？", list(Post.Kind.choices), cell)
        record.values |= {"kind": kind} if kind else {}

    def _domain(self, record):
        """Read the domain of a post by its name in the rule book. Before one is adopted it is passed over, which is said."""
        row = record.row
        words = self._read(row, "domain", "风险领域", 60)
        if not words:
            return
        if self.domains is None:
            self.plan.count("early_domain")
            return
        code = next((code for code, label in self.domains if normalised(label) == normalised(words)), "")
        if not code and self.domains:
            cell = f"{row.sheet}!{row.place('domain')}"
            code = self.report.ask(f"domain:{words}", f"风险领域“{words}”是方案中的哪一个？", self.domains, cell)
        record.values |= {"domain": code} if code else {}

    def _duties(self, record):
        row = record.row
        words = self._read(row, "duty", "岗位职责", 20_000)
        record.duties = values.numbered(words) if words else []
        if long := next((duty for duty in record.duties if len(duty) > MOST_DUTY), None):
            text = f"岗位职责“{long[:12]}…”有 {len(long)} 个字，一条最多 {MOST_DUTY} 个字"
            self.report.fault(row.sheet, row.place("duty"), text, "请分成几条（1. 2. 3.）")

    def _with_holders(self, record):
        """Return the record once for each of its holders, the first of whom has the code."""
        row = record.row
        if row.get("holder_number") is not None:
            number = self.numbers.read(row)
            record.holder = self.users.get(number)
            if number and record.holder is None:
                self.report.fault(row.sheet, row.place("holder_number"), f"没有工号为 {number} 的人员", "请先导入人员")
            return [record]
        words = self._read(row, "holder", "任职人", 400)
        if row.get("holder") is None or words is None:
            return [record]
        if values.is_vacant(words):
            record.holder = ""
            return [record]
        holders = [self._holder(name, record) for name in re.split(r"[、,，;；\n]+", words) if name.strip()]
        codes = [record.code, *[""] * len(holders)]
        return [replace(record, code=code, holder=holder) for code, holder in zip(codes, holders, strict=False)]

    def _holder(self, name, record, given="holder"):
        row = record.row
        try:
            name = values.person_name(Cell(name))[0]
        except Wrong as wrong:
            self.report.fault(row.sheet, row.place(given), str(wrong), wrong.remedy)
            return None
        people = self.by_name.get(name, [])
        people = [user for user in people if user.unit_id == record.unit.pk] or people
        if len(people) == 1:
            return people[0]
        if not people:
            self.report.fault(row.sheet, row.place(given), f"没有名为“{name[:20]}”的人员", "请先导入人员，或另加工号列")
            return None
        options = [(user.number, f"{user.name}（{user.number}，{user.unit}）") for user in people]
        answer = self.report.ask(
            f"holder:{record.unit.code}:{name}",
            f"“{name}”有 {len(people)} 人，是哪一位？",
            options,
            row.place(given),
        )
        return self.users.get(answer)


def _compare(plan, record, held, domains):
    post, before = record.post, plan.size
    if post is None:
        holder = f"（{record.holder}）" if record.holder else "（空缺）" if record.holder == "" else ""
        plan.add(_line(NEW, record, "", f"{record.unit}：{record.name}{holder}"))
    else:
        if post.name != record.name:
            plan.add(_line(CHANGED, record, f"名称：{post.name}", record.name, field="name"))
        for name, value in record.values.items():
            if getattr(post, name) != value:
                label = Post._meta.get_field(name).verbose_name
                named = domains if name == "domain" else {}
                old, new = (named.get(text, text) for text in (shown(post, name), shown(post, name, value)))
                plan.add(_line(CHANGED, record, f"{label}：{old or '无'}", new, field=name))
    if record.duties:
        known = list(post.duties.values_list("text", flat=True)) if post else []
        if known != record.duties:
            words = f"{len(record.duties)} 条：{record.duties[0][:30]}"
            plan.add(_line(DUTIES, record, f"{len(known)} 条", words, field="duties"))
    _holder(plan, record, held.get(post.pk, []) if post else [])
    plan.unchanged += plan.size == before


def _holder(plan, record, rows):
    """Compare who holds a post. Of several holders none is ended for another: the file may name one of them alone."""
    if record.holder is None or record.holder in [row.user for row in rows]:
        return
    vacant = record.holder == ""
    for row in rows if vacant or len(rows) == 1 else ():
        plan.add(_line(LEAVES_POST, record, row.user, "空缺" if vacant else "", incumbency=row))
    if not vacant:
        row = rows[0] if len(rows) == 1 else None
        plan.add(_line(TAKES, record, row.user if row else "", record.holder, user=record.holder, incumbency=row))


def _line(kind, record, old, new, **more):
    cell = f"{record.row.sheet}!{record.row.place('name')}"
    key = f"{record.code or record.unit.code}:{record.name}:{record.row.number}"
    return Line(kind, key, f"{record.name}（{record.unit}）", str(old), str(new), cell, record=record, **more)


def apply(plan, lines, *, on):
    """Do the accepted ``lines``.

    Whoever takes a post that one person holds ends that person's time in it.
    """
    journal = Journal(on, plan.at, plan.by)
    posts = appointing.Posts({line.record.unit.pk for line in lines}, on)
    posts.codes |= {line.record.code for line in lines if line.record.code}
    ends = {line.incumbency.pk for line in lines if line.kind in (LEAVES_POST, TAKES) and line.incumbency}
    appointing.end(Incumbency.objects.filter(pk__in=ends), on=on)
    posts.last |= {line.incumbency.post_id: on for line in lines if line.incumbency}
    for line in lines:
        record = line.record
        if line.kind == NEW:
            record.post = posts.make(record.unit, record.name, record.code, **record.values)
            journal.note(Kind.POST_ADDED, record.unit, post=record.post, new=record.name)
        elif line.kind == CHANGED:
            value = record.name if line.field == "name" else record.values[line.field]
            change(record.post, {line.field: value}, journal=journal)
        elif line.kind == TAKES and record.post is not None:
            beside = line.incumbency is None and posts.is_held(record.post)
            since = min(record.since or on, on)
            posts.hold(record.post, line.user.pk, since, beside=beside)
            journal.note(Kind.POST_TAKEN, record.unit, post=record.post, new=line.user)
    posts.save()
    plan.count_written(sum(line.kind != DUTIES for line in lines))
    dutiful = [line.record for line in lines if line.kind == DUTIES and line.record.post is not None]
    set_duties([(record.post, record.duties) for record in dutiful], journal=journal)
    plan.count_written(len(dutiful))
    journal.save()
