"""Sheets that bring grades (等级评估)."""

from registers import grading
from registers.models import Grade, RiskPoint
from workflows.sheets.base import Change, Incomplete, Shown
from workflows.sheets.points import PointSheet

CARRIED = (
    "series",
    "level",
    "unit_id",
    "post_id",
    "holder_id",
    "power_item",
    "category_id",
    "content",
    "manifestation",
    "finding_source",
    "nature",
    "involved_posts",
)


class GradeSheet(PointSheet):
    """A grade for every point on record: factors in, a proposal with its reason out; people decide. Source: R1-22 to R1-28."""

    may_add = False
    offers_choice = False

    def offered(self):
        return [
            {
                "key": str(point.series),
                "base": point.pk,
                "change": Change.REVISE,
                "values": {**point.factors, "grade": "", "reason": ""},
            }
            for point in self.on_record()
        ]

    def proposal(self, factors):
        """The rule's proposal for these factor values."""
        return grading.propose(self.rules, factors)

    def entry_faults(self, entry):
        wrong = {}
        for factor in self.rules.grading.factors:
            if entry["values"].get(factor.code) not in {value.code for value in factor.values}:
                wrong[factor.code] = f"请选择“{factor.label}”。"
        if not wrong:
            proposed, chosen = self.proposal(entry["values"]).grade, entry["values"].get("grade")
            if chosen and chosen not in {grade.code for grade in self.rules.grades}:
                wrong["grade"] = "该等级不在方案之内，请重新选择。"
            elif chosen and chosen != proposed and not entry["values"].get("reason", "").strip():
                wrong["reason"] = "与建议等级不同，请写明理由。"
        return wrong

    def sheet_faults(self, content):
        on_record = {str(point.series) for point in self.on_record()}
        given = {entry["key"] for entry in content["entries"]}
        if not on_record:
            return {"": "尚无已备案的风险点可供评估。"}
        return {"": "风险点已有变动，请刷新页面后重新核对。"} if on_record != given else {}

    def records(self, entry):
        base = self.on_record().get(pk=entry["base"])
        grades = {grade.code: grade for grade in Grade.objects.filter(scheme=self.scheme)}
        factors = {factor.code: entry["values"][factor.code] for factor in self.rules.grading.factors}
        chosen = entry["values"].get("grade") or self.proposal(factors).grade
        point = RiskPoint(
            **{name: getattr(base, name) for name in CARRIED},
            factors=factors,
            self_grade=grades[chosen],
            grade_reason=entry["values"].get("reason", "").strip(),
        )
        return [(point, Change.REVISE)]

    def show(self, key, number, lines):
        point = lines[0].risk_point
        proposal = self.proposal(point.factors)
        factors = [
            (
                factor.code,
                factor.label,
                next((value.label for value in factor.values if value.code == point.factors.get(factor.code)), ""),
            )
            for factor in self.rules.grading.factors
        ]
        fields = [("content", "风险内容", point.content), ("manifestation", "表现形式", point.manifestation), *factors]
        return Shown(
            key,
            number,
            lines[0].change,
            fields,
            [],
            point.category.label,
            lines,
            point.final_grade or point.proposed_grade or point.self_grade,
            {
                "proposal": proposal,
                "self_grade": point.self_grade,
                "proposed_grade": point.proposed_grade,
                "final_grade": point.final_grade,
                "grade_reason": point.grade_reason,
                "category": point.category.code,
            },
        )

    def gravest_rank(self):
        ranks = [
            grade.rank
            for line in self.lines()
            if (grade := line.risk_point.final_grade or line.risk_point.proposed_grade or line.risk_point.self_grade)
        ]
        return min(ranks, default=None)

    def set_grades(self, step, choices):
        """Record the grade of every entry at an adjudication. ``choices``: entry key → (grade code, reason).

        Raises ``Incomplete`` when an entry has no grade, or departs from a proposal without a reason. Source: R1-28.
        """
        grades = {grade.code: grade for grade in Grade.objects.filter(scheme=self.scheme)}
        faults, changed = {}, []
        for line in self.lines():
            key, point = str(line.entry), line.risk_point
            code, reason = choices.get(key, ("", ""))
            noticed = point.proposed_grade if step.sets == "final_grade" else None
            expected = {self.proposal(point.factors).grade} | ({noticed.code} if noticed else set())
            if code not in grades:
                faults[key] = {"grade": "请选择等级。"}
            elif expected != {code} and not reason.strip():
                faults[key] = {"reason": "与建议（或公示）的等级不同，请写明理由。"}
            else:
                setattr(point, step.sets, grades[code])
                if step.sets == "proposed_grade":
                    point.final_grade = None  # of an earlier round; the notice shows what is proposed now
                point.grade_reason = reason.strip() or point.grade_reason
                changed.append(point)
        if faults:
            raise Incomplete(faults)
        RiskPoint.objects.bulk_update(changed, ["proposed_grade", "final_grade", "grade_reason"])
