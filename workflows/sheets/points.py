"""Sheets that bring risk points (自查表)."""

from dataclasses import replace
from functools import cache, cached_property

from registers import clock
from registers.models import Incumbency, Post, RiskCategory, RiskPoint
from registers.prepared import Given, Prepared
from registers.responsible import answered_by
from workflows.sheets.base import WHY, Sheet
from workflows.sheets.fields import Described, Heading, faults_of
from workflows.sheets.places import PLACE, Placed, place_in_words
from workflows.sheets.shown import Change, Shown

# A point ends with its power. That its measures work makes it lighter, it does not end it.
CLOSED_WHEN = "权力已取消、移交、改由系统自动办理，或并入另一风险点的，方可撤销；措施有效不是撤销的理由。"


class SheetOnPoints(Sheet):
    """A sheet about the points on record, whose words stay as they are.

    ``_bases``: key → the version that a proposal starts from.
    """

    model = RiskPoint

    def on_record(self):
        """The points in force that this sheet is about."""
        about = {"level": self.task_rules.points or self.task.level, "unit": self.submission.unit_id}
        if self.submission.post_id:
            about |= {"person": self.submission.person_id, "post": self.submission.post_id, "on": self.submission.as_of}
        return _on_record(type(self), "post" in about).of(**about)

    @classmethod
    def in_order(cls, points):
        """Return points on record (a query) in the order of the form.

        Those that such a sheet does not ask about are left out.
        """
        return points

    def described(self, record):
        texts = [("风险内容", record.content), ("表现形式", record.manifestation)]
        return Described(record.category.label, texts, record.final_grade)

    def shown(self):
        bases = {line.risk_point.base_id for line in self.lines() if line.risk_point_id} - {None}
        self._bases = {point.pk: point for point in (_points().of(these=bases) if bases else ())}
        return super().shown()


class PointSheet(Placed, SheetOnPoints):
    """Risk points by category: new ones, and those on record to keep, revise or retire.

    Source: R1-15 to R1-18, R1-47.
    """

    may_add = True
    offers_choice = True
    choice_reason = replace(Sheet.choice_reason, help=CLOSED_WHEN)

    @property
    def categories(self):
        return self.rules.categories_for(self.task_rules.points or self.task_rules.level)

    def headings(self):
        return [
            Heading(category.code, category.label, category.definition, tuple(category.examples))
            for category in self.categories
        ]

    def heading_of(self, values):
        return values.get("category", "")

    def added_to(self, heading):
        return {"category": heading} if heading else {}

    def entry_fields(self, *, explains=False):
        return [*self.asked_fields, *([WHY] if explains else [])]

    @cached_property
    def entry_names(self):
        return [*super().entry_names, "category"]

    @cached_property
    def _category_keys(self):
        return dict(_categories().of(scheme=self.scheme.pk))

    def described(self, record):
        asked = self.labelled(record, self.task_rules.asks)
        return Described(record.category.label, [(label, value) for _, label, value in asked], record.final_grade)

    def offered(self):
        return [
            {"key": str(point.series), "base": point.pk, "change": "", "values": self.values_of(point)}
            for point in self.recorded.values()
        ]

    def values_of(self, point):
        """A point on record as the form would hold it."""
        values = {ask.field: getattr(point, ask.field) for ask in self.task_rules.asks}
        if "post" in values:
            values["post"] = point.post.code if point.post else ""
        if self.places:
            values[PLACE] = self.place_value(point)
        return {"category": point.category.code, **values}

    @cached_property
    def asked_fields(self):
        """Where the point stands, and what the task of the scheme asks."""
        return [*self.place_fields, *super().asked_fields]

    @cached_property
    def duties(self):
        """The duties of the sheet's post, as choices."""
        return [(duty.text, duty.text) for duty in self.submission.post.duties.all()] if self.submission.post_id else []

    def options(self, field_name):
        return self.duties if field_name == "duty" else super().options(field_name)

    def fixed_values(self, record):
        return {"category": record.category.code}

    def entry_faults(self, entry):
        if (wrong := self.choice_faults(entry)) is not None:
            return wrong
        wrong = faults_of(self.asked_fields, entry["values"])
        if entry["values"].get(PLACE) and not entry["values"].get("power_item", "").strip():
            wrong.pop("power_item", None)  # the power chosen says it
        if entry["values"].get("category") not in {category.code for category in self.categories}:
            wrong["category"] = "请选择风险类别。"
        return wrong

    def sheet_faults(self, content):
        kept = [entry for entry in content["entries"] if entry["change"] != Change.RETIRE]
        return {} if kept or (self.crew and self.crew.ready) else {"": "至少应填写一个风险点。"}

    def records(self, entry):
        base = self.base_of(entry)
        if base is not None and entry["change"] == Change.KEEP and self._is_anothers(base):
            return [(self.taken_over(base), Change.CONFIRM)]
        if base is not None and entry["change"] in (Change.KEEP, Change.RETIRE):
            return [(base, entry["change"])]
        values = {ask.field: entry["values"].get(ask.field, "").strip() for ask in self.task_rules.asks}
        values |= self._post(values.pop("post", None))
        values["category_id"] = self._category_keys[entry["values"]["category"]]
        typed = values.get("power_item", "")
        place = self.place_of(entry["values"], base)
        if typed and (base is None or typed != base.power_item):
            place.pop("power_item", None)
        values |= place
        if base is not None:
            return [(base.revised(**values), Change.REVISE)]
        level = self.task_rules.points or self.task.level
        return [(RiskPoint(level=level, unit_id=self.submission.unit_id, **values), Change.ADD)]

    def _is_anothers(self, point):
        """Does a point of this post still name its holder before?"""
        return self.submission.person_id is not None and point.holder_id != self.submission.person_id

    def taken_over(self, point):
        """The same point as a proposal that names the person of this sheet.

        Words and grades stay as they are. Source: R0-26.
        """
        return point.revised(holder_id=self.submission.person_id)

    def _post(self, code):
        """The post a point belongs to and who answers for it: the sheet's own, else the one named in the entry.

        ``code`` None: the sheet does not ask.
        """
        if self.submission.post_id:
            return {"post_id": self.submission.post_id, "holder_id": self.submission.person_id}
        if code is None:
            return {}
        post, holders = self._held.get(code, (None, ()))
        # Of several holders no single one answers: all of them do (registers.responsible).
        return {"post_id": post, "holder_id": holders[0] if len(holders) == 1 else None}

    @cached_property
    def _held(self):
        """Code of a post of the unit → its id, and the ids of those who hold it today."""
        posts = Post.objects.filter(unit=self.submission.unit_id).values_list("code", "pk")
        held = {code: (pk, []) for code, pk in posts}
        now = Incumbency.objects.in_force(clock.today()).filter(post__unit=self.submission.unit_id)
        for code, user in now.values_list("post__code", "user"):
            held.get(code, (None, []))[1].append(user)
        return held

    def show(self, key, number, lines):
        point = lines[0].risk_point
        base = self._bases.get(point.base_id) if lines[0].change == Change.REVISE else None
        before, fields = self.compared(base, point)
        if base is None and point.power_series is not None:
            fields = [*fields, ("power_place", "所属权力事项和步骤", place_in_words(point))]
        return Shown(
            key,
            number,
            lines[0].change,
            fields,
            before,
            point.category.label,
            lines,
            point.final_grade,
            {"category": point.category.code, "point": point},
        )


@cache
def _on_record(kind, of_a_post):
    """The points on record of a post or of a unit, as a sheet of this kind (its class) asks about them."""
    points = RiskPoint.objects.open().filter(level=Given("level"), unit=Given("unit"))
    points = points.select_related("category", "self_grade", "proposed_grade", "final_grade", "post")
    if of_a_post:
        points = points.filter(answered_by(Given("person"), Given("post"), Given("on")), post=Given("post"))
    return Prepared(kind.in_order(points))


@cache
def _categories():
    return Prepared(RiskCategory.objects.filter(scheme=Given("scheme")).order_by().values_list("code", "pk"))


@cache
def _points():
    named = "category", "self_grade", "proposed_grade", "final_grade", "post", "holder"
    return Prepared(RiskPoint.objects.filter(pk__within=Given("these")).select_related(*named))
