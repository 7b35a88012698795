"""What came of warnings for persons, and how many there were of each kind (四种形态, 统计).

Persons are counted, each once, by the heaviest outcome of the period. Letters to units are in no form.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Max, Q

from registers import audit, clock
from registers.access import require
from registers.refusals import Refused
from workflows.deadlines import days
from workflows.models import RiskWarning, WarningOutcome
from workflows.supervision.warnings.drafting import locked

FORMS = {1: "第一种形态", 2: "第二种形态", 3: "第三种形态", 4: "第四种形态"}
FIELDS = ("form", "decided_on", "reference", "kept_at")


@dataclass(frozen=True)
class KindCount:
    """How many warnings of one kind were issued in a period, and how far they have come."""

    label: str
    issued: int = 0
    delivered: int = 0
    asked: int = 0
    answered: int = 0
    late: int = 0
    lifted: int = 0


@transaction.atomic
def settle(pk, person, *, values, actor, at):
    """Record what came of a warning for one person and return the outcome.

    ``values``: those in ``FIELDS``. What is sent twice is one outcome. Raises ``NotAllowed`` or ``Refused``.
    """
    warning = locked(pk)
    require(actor, "settle", warning)
    if person.pk == actor.user_id:
        raise Refused("对本人的处理应当由他人登记。", "person")
    if warning.person_id and person.pk != warning.person_id:
        raise Refused(f"这份文书发给{warning.person.name}，只能登记对他的处理。", "person")
    if values["form"] not in warning.action.forms:
        words = "、".join(FORMS[form] for form in warning.action.forms)
        raise Refused(f"“{warning.action.label}”只能记为{words}。", "form")
    if not clock.local_day(warning.issued_at) <= values["decided_on"] <= actor.on:
        raise Refused("决定日期应在签发之日至今天之间。", "decided_on")
    if values["form"] > 1 and not (values["reference"] and values["kept_at"]):
        raise Refused("第二种以上形态只登记文号和存放处，不写内容。请填写文号和存放处。", "reference")
    there = warning.outcomes.filter(person=person).first()
    if there is not None:
        if all(getattr(there, name) == values[name] for name in FIELDS):
            return there
        raise Refused(f"对{person.name}的处理已经登记。", "person")
    made = WarningOutcome.objects.create(warning=warning, person=person, by_id=actor.user_id, at=at, **values)
    audit.append("warning.settle", about=warning, actor=actor, at=at, detail={"outcome": made.pk})
    return made


def persons_by_form(institution, *, since, until):
    """Return form → number of persons whose heaviest outcome from ``since`` to ``until`` (days) it was."""
    rows = WarningOutcome.objects.filter(warning__institution=institution, decided_on__gte=since, decided_on__lte=until)
    heaviest = rows.order_by().values("person").annotate(form=Max("form")).values_list("form", flat=True)
    found = dict.fromkeys(FORMS, 0)
    for form in heaviest:
        found[form] += 1
    return found


def by_kind(rules, institution, *, since, until, on):
    """Return a ``KindCount`` for each kind of the scheme ``rules``.

    Counted is what was issued from ``since`` to ``until`` (days). Kinds of an
    earlier version of the scheme are counted by their code, so that nothing is lost. Figures only.
    """
    rows = RiskWarning.objects.filter(
        institution=institution, issued_at__gte=days.start_of(since), issued_at__lt=days.due_moment(until)
    )
    late = Q(answered_at=None, answer_due_on__lt=on, lifted_at=None) | Q(answer_late=True)
    counted = (
        rows.order_by()
        .values("kind")
        .annotate(
            issued=Count("pk"),
            delivered=Count("delivered_on"),
            asked=Count("answer_due_on"),
            answered=Count("answered_at"),
            late=Count("pk", filter=late),
            lifted=Count("lifted_at"),
        )
    )
    found = {row.pop("kind"): row for row in counted}
    labels = {action.code: action.label for action in rules.warning_actions}
    codes = [*labels, *(code for code in found if code not in labels)]
    return [KindCount(labels.get(code, code), **found.get(code, {})) for code in codes]


def by_level(rules, institution, *, since, until):
    """Return ``[(level's words, number issued)]`` from ``since`` to ``until`` (days), the gravest first."""
    rows = RiskWarning.objects.filter(
        institution=institution, issued_at__gte=days.start_of(since), issued_at__lt=days.due_moment(until)
    )
    found = dict(rows.order_by().values_list("level").annotate(Count("pk")))
    levels = sorted(rules.warnings.levels, key=lambda level: -level.severity)
    return [(level.label, found.get(level.code, 0)) for level in levels]
