"""Sheets that grade the posts of a unit as a whole (岗位风险等级)."""

import uuid
from functools import cached_property

from registers.grading import Proposal
from registers.models import Incumbency, Post, PostGrade, RiskPoint
from registers.models.spans import OPEN_VERSION
from registers.responsible import names_by_post
from workflows.models import SubmissionLine
from workflows.sheets.base import Sheet
from workflows.sheets.fields import Described, Field, faults_of
from workflows.sheets.graded import Graded, grade_so_far
from workflows.sheets.overlaps import IN_FLIGHT
from workflows.sheets.shown import Change, Shown

NAMESPACE = uuid.UUID("5f0c2c1e-4d0b-4d3a-9a63-2f2f5c0c7d11")  # makes the entry key of a post that has no grade yet
REMARK = Field("remark", "备注", limit=200, whole_row=True)


class PostGradeSheet(Graded, Sheet):
    """A grade for every post of the unit: the gravest of its points is proposed, people decide.

    Source: R3-22.
    """

    model = PostGrade

    def entry_fields(self, *, explains=False):
        return [*self.grade_fields, REMARK]

    def described(self, record):
        return Described(record.post.name, [], record.final_grade)

    def on_record(self):
        """The grade on record of every post of the unit, an empty one where there is none."""
        graded = {
            grade.post_id: grade
            for grade in PostGrade.objects.open()
            .filter(unit=self.submission.unit_id)
            .select_related("post", "self_grade", "proposed_grade", "final_grade")
        }
        posts = Post.objects.existing(self.submission.as_of).filter(unit=self.submission.unit_id)
        return [graded.get(post.pk) or self._ungraded(post) for post in posts]

    def _ungraded(self, post):
        return PostGrade(unit_id=post.unit_id, post=post, series=uuid.uuid5(NAMESPACE, post.code))

    def offered(self):
        return [
            {
                "key": str(grade.series),
                "base": grade.pk,
                "change": Change.REVISE,
                "values": {"grade": "", "reason": "", "remark": grade.remark},
            }
            for grade in self.recorded.values()
        ]

    def proposal_for(self, record):
        """The gravest grade among the post's points, the slightest where it has none."""
        ranks, under_way = self._ranks.get(record.post_id, []), record.post_id in self._under_way
        grade = self.rules.grades[min(ranks) - 1] if ranks else self.rules.grades[-1]
        which = "已定级或正在审核的风险点" if under_way else "已定级的风险点"
        facts = f"该岗位有 {len(ranks)} 个{which}，取其中最高等级" if ranks else f"该岗位没有{which}"
        return Proposal(grade.code, f"{facts}，建议评为{grade.label}。")

    def typed_proposal(self, entry):
        record = self.recorded.get(entry["key"])
        return self.proposal_for(record) if record else Proposal(None, "该岗位已撤销，请刷新页面。")

    @cached_property
    def _ranks(self):
        """Post → ranks of its points: as sheets under way have them, else as they are in force.

        Both tables of a unit are decided in the same days (R3-23), and a post is never below a point that is about to be decided.
        """
        found = {point.series: point for point in [*self._points.filter(OPEN_VERSION), *self._proposed]}
        ranks = {}
        for point in found.values():
            if grade := grade_so_far(point):
                ranks.setdefault(point.post_id, []).append(grade.rank)
        return ranks

    @property
    def _points(self):
        points = RiskPoint.objects.filter(unit=self.submission.unit_id, post__isnull=False)
        return points.select_related("self_grade", "proposed_grade", "final_grade")

    @cached_property
    def _proposed(self):
        """The unit's points as sheets under way propose them."""
        lines = SubmissionLine.objects.filter(submission__state__in=IN_FLIGHT, risk_point__in_force_from=None)
        return list(self._points.filter(pk__in=lines.values("risk_point")).order_by("pk"))

    @cached_property
    def _under_way(self):
        return {point.post_id for point in self._proposed}

    def entry_faults(self, entry):
        if entry["key"] not in self.recorded:
            return {"": "岗位已有变动，请刷新页面后重新核对。"}
        return self.choice_of_grade_faults(entry) | faults_of([REMARK], entry["values"])

    def sheet_faults(self, content):
        if not self.recorded:
            return {"": "本单位还没有设置岗位，请联系管理员。"}
        given = {entry["key"] for entry in content["entries"]}
        return {"": "岗位已有变动，请刷新页面后重新核对。"} if set(self.recorded) != given else {}

    def records(self, entry):
        base = self.recorded[entry["key"]]
        values = {"remark": entry["values"].get("remark", "").strip(), **self.chosen(entry)}
        if base.pk:
            return [(base.revised(**values), Change.REVISE)]
        return [(PostGrade(series=base.series, unit_id=base.unit_id, post=base.post, **values), Change.ADD)]

    @classmethod
    def lines_read(cls, lines):
        return lines.select_related(
            "post_grade__post", "post_grade__self_grade", "post_grade__proposed_grade", "post_grade__final_grade"
        )

    def graded_records(self):
        return [(str(line.entry), line.post_grade) for line in self.lines()]

    def shown(self):
        held = Incumbency.objects.in_force(self.submission.as_of).filter(post__unit=self.submission.unit_id)
        self._holders = names_by_post(held)
        return super().shown()

    def show(self, key, number, lines):
        record = lines[0].post_grade
        fields = [
            ("post", "岗位", record.post.name),
            ("holder", "责任人", self._holders.get(record.post_id, "")),
            ("remark", "备注", record.remark),
        ]
        return Shown(
            key, number, lines[0].change, fields, [], record.post.name, lines, grade_so_far(record), self.grade_details(record)
        )  # fmt: skip
