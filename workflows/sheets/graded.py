"""What every sheet that grades does, whatever else it brings.

The rule of the scheme turns factors into a proposal with its reason. People decide.
"""

from functools import cached_property

from registers import grading
from registers.differences import factors_in_words
from registers.models import Grade
from workflows.sheets.base import LONGEST_REASON
from workflows.sheets.fields import Field, faults_of
from workflows.sheets.noticed import last as last_noticed
from workflows.sheets.shown import Change

GRADES = ("proposed_grade", "final_grade", "grade_reason")


class Graded:
    """Grades risk points by the factors of the scheme.

    ``reason_name``: under which name the reason of a departure from the proposal is typed. Source: R1-22 to R1-28, R3-17.
    """

    reason_name = "reason"
    proposes = True

    # -- asking ---------------------------------------------------------------------------------
    @cached_property
    def factor_choices(self):
        """The fields for the factors that a grade follows from."""
        return [
            Field(
                factor.code,
                factor.label,
                "radio",
                tuple((value.code, value.label) for value in factor.values),
                True,
                missing=f"请选择“{factor.label}”。",
                unknown=f"请选择“{factor.label}”。",
            )
            for factor in self.rules.grading.factors
        ]

    @cached_property
    def grade_fields(self):
        """The fields for the grade and for the reason of a departure from the proposal."""
        grades = tuple((grade.code, f"{grade.label}：{grade.criterion}") for grade in self.rules.grades)
        unknown = "该等级不在方案之内，请重新选择。"
        return [
            Field("grade", "自评等级（不选即采用建议等级）", "select", grades, unknown=unknown),
            Field(self.reason_name, "理由", required_when="与建议等级不同时", limit=LONGEST_REASON),
        ]

    @cached_property
    def grade_rows(self):
        """Grade code → row of the scheme version."""
        return {grade.code: grade for grade in Grade.objects.filter(scheme=self.scheme)}

    # -- typing ---------------------------------------------------------------------------------
    def proposal(self, factors, *, major_matter=""):
        """The rule's proposal for these factor values."""
        return grading.propose(self.rules, factors, forced_by=["major_matter"] if major_matter else [])

    def proposal_for(self, record):
        """The rule's proposal for a record as it stands."""
        return self.proposal(record.factors, major_matter=record.major_matter)

    def typed_proposal(self, entry):
        """The rule's proposal for an entry as typed so far."""
        return self.proposal(entry["values"], major_matter=entry["values"].get("major_matter", ""))

    def grade_values(self, record):
        """The grading part of an entry that the register offers: nobody's judgement is taken over unseen."""
        return {**record.factors, "grade": "", self.reason_name: ""}

    def grade_faults(self, entry):
        """What is wrong with the factors, the grade chosen, or the reason of a departure."""
        if wrong := faults_of(self.factor_choices, entry["values"]):
            return wrong | faults_of(self.grade_fields, entry["values"])
        return self.choice_of_grade_faults(entry)

    def choice_of_grade_faults(self, entry):
        """What is wrong with the grade chosen, or with the reason of a departure from the proposal."""
        if wrong := faults_of(self.grade_fields, entry["values"]):
            return wrong
        proposed, chosen = self.typed_proposal(entry).grade, entry["values"].get("grade")
        if chosen and chosen != proposed and not entry["values"].get(self.reason_name, "").strip():
            return {self.reason_name: "与建议等级不同，请写明理由。"}
        return {}

    def grading_of(self, entry):
        """The columns of a record that follow from what was typed."""
        factors = {factor.code: entry["values"][factor.code] for factor in self.rules.grading.factors}
        return {"factors": factors, **self.chosen(entry)}

    def chosen(self, entry):
        """The grade typed, or proposed where none was. What had been decided before is to be decided again."""
        code = entry["values"].get("grade") or self.typed_proposal(entry).grade
        return {
            "self_grade": self.grade_rows[code],
            "proposed_grade": None,
            "final_grade": None,
            "grade_reason": entry["values"].get(self.reason_name, "").strip(),
        }

    def records_after(self, entry, old):
        """Return them as every sheet does, but what went back by itself keeps the grades that were proposed.

        The sheet that carries it goes on from the step that sent it back, so nobody before that step is asked again, and a notice
        may have shown them (R1-27).
        """
        records = super().records_after(entry, old)
        was = old[0].record if old and self.submission.carrier_id else None
        # What is in force has a grade proposed in the year when it was decided: nobody has proposed it on this sheet.
        proposed = getattr(was, "proposed_grade", None) if was is not None and was.in_force_from is None else None
        for record, change in records if proposed is not None else ():
            if hasattr(record, "proposed_grade") and record.in_force_from is None and change != Change.RETIRE:
                record.proposed_grade = proposed
        return records

    # -- showing --------------------------------------------------------------------------------
    def factor_fields(self, record):
        """``(code, label, value in words)`` of the factors."""
        return factors_in_words(self.rules, record.factors)

    def grade_details(self, record, *, is_proposal=True):
        """What reviewers and papers show of a record's grading."""
        return {
            "proposal": self.proposal_for(record),
            "self_grade": record.self_grade,
            "proposed_grade": record.proposed_grade,
            "final_grade": record.final_grade,
            "grade_reason": record.grade_reason,
            "to_grade": is_proposal,
        }

    # -- deciding -------------------------------------------------------------------------------
    def graded_records(self):
        """``(entry key, record)`` of everything on the sheet that carries a grade and is there to stay."""
        return [
            (str(line.entry), line.risk_point)
            for line in self.lines()
            if line.risk_point_id and line.change != Change.RETIRE
        ]

    def gravest_rank(self):
        ranks = [grade.rank for _, record in self.graded_records() if (grade := grade_so_far(record))]
        return min(ranks, default=None)

    def wants_reason(self, record, code, step, *, key="", notices=()):
        """Why the grade ``code`` needs a reason at an adjudication, in a sentence, empty where it needs none.

        ``key``: of the record's entry. ``notices``: as ``noticed.shown`` gives them. A grade that was publicised again needs no
        second reason.
        """
        before = last_noticed(notices, key, record.proposed_grade) if step.sets == "final_grade" else None
        if len(notices) > 1 and before == code:
            return ""
        expected = {self.proposal_for(record).grade} | ({before} if before else set())
        return "" if expected == {code} else "与建议（或公示）的等级不同，请写明理由。"

    def departs(self, step, choices, notices, *, skip=()):
        """Whether an adjudication decides a grade that the last of the ``notices`` before it did not show.

        A notice without grades shows none that could be departed from.
        """
        return step.sets == "final_grade" and any(
            last_noticed(notices, key, record.proposed_grade) not in ("", choices.get(key, ("", ""))[0])
            for key, record in self._to_grade(skip)
        )

    def _to_grade(self, skip):
        """``(key, record)`` of every proposal that an adjudication grades. What is in force is never touched."""
        taken_over = {str(line.entry) for line in self.lines() if line.change == Change.CONFIRM}
        for key, record in self.graded_records():
            if record.in_force_from is None and key not in taken_over and key not in skip:
                yield key, record

    def decision_faults(self, step, choices, *, skip=(), notices=()):
        """Say what is missing from the grades of an adjudication: entry key → field → sentence.

        An entry has no grade, or needs a reason and has none. ``choices``: entry key → (grade code, reason). ``skip``: keys that are
        left as they are. ``notices``: as ``noticed.shown`` gives them. Source: R1-27, R1-28.
        """
        faults = {}
        for key, record in self._to_grade(skip):
            code, reason = choices.get(key, ("", ""))
            if code not in self.grade_rows:
                faults[key] = {"grade": "请选择等级。"}
            elif not reason.strip() and (why := self.wants_reason(record, code, step, key=key, notices=notices)):
                faults[key] = {"reason": why}
        return faults

    def set_grades(self, step, choices, *, skip=(), again=False):
        """Record the grade of every proposal at an adjudication.

        ``choices`` and ``skip`` as in ``decision_faults``, which has found nothing missing. ``again``: nothing is final yet, the grades are
        publicised once more.
        """
        sets, changed = "proposed_grade" if again else step.sets, []
        for key, record in self._to_grade(skip):
            code, reason = choices[key]
            setattr(record, sets, self.grade_rows[code])
            if sets == "proposed_grade":
                record.final_grade = None  # of an earlier round; the notice shows what is proposed now
            record.grade_reason = reason.strip() or record.grade_reason
            changed.append(record)
        self._keep(changed)

    def keep_proposed(self):
        """Keep the grade last proposed where no step of the route has decided.

        Whoever let the sheet pass has accepted it.
        """
        open_ = [
            record
            for _, record in self.graded_records()
            if record.in_force_from is None and record.final_grade is None and grade_so_far(record)
        ]
        for record in open_:
            record.final_grade = grade_so_far(record)
        self._keep(open_)
        return bool(open_)

    @staticmethod
    def _keep(records):
        if records:
            type(records[0]).objects.bulk_update(records, GRADES)


def grade_so_far(record):
    """The grade that counts so far: decided, else proposed by the unit, else by the post holder."""
    return record.final_grade or record.proposed_grade or record.self_grade
