"""Surveys of satisfaction: opening one about a unit, how many came back, closing it with its result.

Source: R0-27, R2-29, R4-35.
"""

from dataclasses import asdict

from django.db import transaction
from django.db.models import Count, Q

from registers import audit, clock
from registers.access import require
from registers.actors import PART_IN_A_UNIT
from registers.models import Unit, User
from registers.refusals import Refused
from registers.text import clipped
from workflows.campaign import campaigns
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import Survey, SurveyAnswer, SurveyInvitation, SurveySlip
from workflows.policies.handling import holders
from workflows.supervision import answering, tallying

MOST_SLIPS = 500  # printed at once
KEPT_DAYS = 365  # after the end; a result that is contested can be counted again until then
NO_SURVEY = "现行方案没有写满意度测评。请先由管理员在方案的 assessment 一节中补上 survey。"


@transaction.atomic
def open_one(unit, *, ends_on, actor, at):
    """Open the survey of this year about a unit and return it.

    Its roll is the people who work in the unit and below. What is sent twice opens one. Raises ``NotAllowed`` or ``Refused``.
    """
    root = Unit.objects.select_for_update(of=("self",)).get(parent=None)
    year = clock.local_day(at).year
    require(actor, "make", Survey(unit=unit))
    scheme = campaigns.scheme_for(root)
    if scheme is None or not scheme.rules.assessment.survey.is_held:
        raise Refused(NO_SURVEY)
    if ends_on <= clock.local_day(at):
        raise Refused("截止日期应晚于今天。", "ends_on")
    there = Survey.objects.filter(unit=unit, year=year, closed_at=None).first()
    if there is not None:
        return there
    if Survey.objects.filter(unit=unit, year=year, score__isnull=False).exists():
        raise Refused("该单位本年度的测评已经有结果，不能重新开展。只有没有结果的可以。", "unit")
    survey = Survey.objects.create(
        unit=unit, scheme=scheme, year=year, ends_on=ends_on, made_by_id=actor.user_id, made_at=at
    )
    asked = []
    staff = next((group for group in survey.rules.groups if group.audience == "staff"), None)
    if staff is not None:
        asked = list(User.objects.filter(unit__in=unit.subtree(), is_active=True).order_by("number"))
        SurveyInvitation.objects.bulk_create(
            [SurveyInvitation(survey=survey, user=person, group=staff.code) for person in asked]
        )
    audit.append("survey.open", about=survey, actor=actor, at=at, detail={"asked": len(asked)})
    text = clipped(f"请参加{survey}，不记名，{ends_on:%-m月%-d日}截止。请到“考核与测评”领取测评票。", 200)
    notifications.post(asked, kind="survey.open", key=f"survey.open:{survey.pk}", text=text, submission=None, at=at)
    return survey


@transaction.atomic
def slips(pk, *, group, number, actor, at):
    """Make slips to be printed for a group without accounts and return their codes.

    They are shown this once. Raises ``NotAllowed`` or ``Refused``.
    """
    survey = Survey.objects.select_for_update(of=("self",)).select_related("scheme").get(pk=pk)
    require(actor, "print", survey)
    found = survey.rules.group(group)
    if found is None or found.audience != "guests":
        raise Refused("请选择没有账号的一类人员。", "group")
    if not 1 <= number <= MOST_SLIPS:
        raise Refused(f"一次打印 1 到 {MOST_SLIPS} 张。", "number")
    codes = answering.print_slips(pk, group, number)
    audit.append("survey.slips", about=survey, actor=actor, at=at, detail={"group": group, "number": number})
    return codes


def counts(survey):
    """Return ``{group: (asked, slips made, came back)}``: numbers only, and none of what was said."""
    asked = dict(_by_group(SurveyInvitation, survey))
    made = dict(_by_group(SurveySlip, survey))
    back = dict(_by_group(SurveyAnswer, survey))
    return {
        group.code: (asked.get(group.code, 0), made.get(group.code, 0), back.get(group.code, 0))
        for group in survey.rules.groups
    }


def _by_group(model, survey):
    rows = model.objects.filter(survey=survey).order_by().values("group")
    return rows.annotate(number=Count("pk")).values_list("group", "number")


@transaction.atomic
def close(pk, *, given_out, actor, at):
    """Close a survey and keep what may be shown of it.

    ``given_out``: group → slips that were really handed out, for groups without accounts; those with accounts count by the roll.
    Raises ``NotAllowed`` or ``Refused``.
    """
    survey = Survey.objects.select_for_update(of=("self",)).select_related("scheme", "unit").get(pk=pk)
    require(actor, "close", survey)
    rules, numbers = survey.rules, counts(survey)
    out = {}
    for group in rules.groups:
        asked, made, _ = numbers[group.code]
        if group.audience == "staff":
            out[group.code] = asked
        elif given_out.get(group.code) is None or given_out[group.code] > made:
            raise Refused(f"{group.label}实际发出的测评票应填写，且不多于打印的 {made} 张。", f"out-{group.code}")
        else:
            out[group.code] = given_out[group.code]
    answering.rewrite(survey)
    results = _results(survey, out)
    survey.given_out, survey.result = out, [_plain(found) for found in results]
    survey.score = tallying.whole(results, {group.code: group.weight for group in rules.groups})
    survey.closed_by_id, survey.closed_at = actor.user_id, at
    survey.save(update_fields=["given_out", "result", "score", "closed_by", "closed_at"])
    audit.append("survey.close", about=survey, actor=actor, at=at, detail={"given_out": out})
    key, text = f"survey.close:{survey.pk}", clipped(f"{survey}已经结束，结果可以在“考核与测评”查看。", 200)
    notifications.post(
        holders(survey.unit_id, *PART_IN_A_UNIT), kind="survey.close", key=key, text=text, submission=None, at=at
    )
    return survey


def _results(survey, out):
    rules = survey.rules
    values = {item.code: item.value for item in rules.scale}
    sheets = {group.code: [] for group in rules.groups}
    for group, choices in SurveyAnswer.objects.filter(survey=survey).order_by().values_list("group", "choices"):
        sheets[group].append(choices)
    return [
        tallying.of_group(
            group.code,
            sheets[group.code],
            questions=[question.code for question in rules.questions],
            values=values,
            given_out=out[group.code],
            returned=rules.returned,
            fewest=rules.least_answers,
        )
        for group in rules.groups
        if out[group.code] or sheets[group.code]
    ]


def _plain(found):
    """A result as JSON: scores as text, so that none is rounded again."""
    kept = asdict(found)
    kept["score"] = None if found.score is None else str(found.score)
    kept["tallies"] = [
        {"question": row.question, "score": None if row.score is None else str(row.score), "valid": row.valid}
        for row in found.tallies
    ]
    return kept


def shown(survey):
    """Return the result for a page, group by group with labels and words."""
    rules = survey.rules
    labels = {question.code: question.label for question in rules.questions}
    groups = {group.code: group for group in rules.groups}
    return [
        {
            **found,
            "label": groups[found["group"]].label,
            "weight": groups[found["group"]].weight,
            "words": tallying.STATES[found["state"]],
            "held": found["state"] == tallying.HELD,
            "tallies": [{**row, "label": labels.get(row["question"], row["question"])} for row in found["tallies"]],
        }
        for found in survey.result
    ]


@transaction.atomic
def forget(*, at):
    """Delete roll, slips and answers of surveys that were closed long enough ago, and return of how many.

    What was shown of them stays. Source: PIPL 47.
    """
    before = days.start_of(days.add_days(clock.local_day(at), -KEPT_DAYS))
    rows = Survey.objects.select_for_update(of=("self",)).filter(closed_at__lt=before, destroyed_at=None)
    old = list(rows.order_by("pk"))
    for survey in old:
        answering.destroy(survey)
        survey.destroyed_at = at
        survey.save(update_fields=["destroyed_at"])
        audit.append("survey.destroy", about=survey, at=at)
    return len(old)


def closed_of(unit, year):
    """Return the survey of a unit and year that counts: the last closed one, None where there is none."""
    rows = Survey.objects.filter(unit=unit, year=year)
    return rows.filter(~Q(closed_at=None)).order_by("-closed_at", "-pk").first()


def is_running(unit, year):
    """Whether a survey about a unit is still open."""
    return Survey.objects.filter(unit=unit, year=year, closed_at=None).exists()
