"""What waits for a person beside sheets: duties, and matters that are not public in time.

Duties are statements to sign or revise, avoidance to decide on, leaving audits to record.
All of it is one query, whatever there is. Source: R0-18, R0-22, R2-18, R4-09.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db.models import F, IntegerField, Value
from django.db.models.functions import TruncDate

from registers.prepared import Given, Prepared
from workflows import disclosures
from workflows.deadlines import days
from workflows.models import AvoidanceRecord, DutyStatement
from workflows.policies import waiting
from workflows.supervision import avoidances

SIGN, REVISE, DECIDE, AUDIT, DISCLOSE = "sign", "revise", "decide", "audit", "disclose"
COLUMNS = ("of_kind", "of_unit", "of_unit_named", "of_person", "of_text", "of_year", "of_day")
READ, SHOWN = 200, 20


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: its ``kind``, the row's ``pk``, the unit's name, what it is about, since when.

    ``due``: the day by which it is to be done, or None.
    """

    kind: str
    pk: int
    unit: str
    text: str
    year: int
    since: date
    due: date | None


def for_person(actor, rules):
    """List what waits for a person, the oldest first.

    ``rules``: of the scheme in use, or None. At most one query, none for who answers for nothing.
    """
    if not actor.is_authenticated or not actor.grants:
        return []
    facts = waiting.facts_of(actor) | {"keeps": disclosures.kept_by(actor)}
    if not any(facts[name] for name in ("keeps", "signs", "decides")):
        return []
    asked = rules.duties if rules else None
    parts = [name for name in ("statement", "avoidance", "leaving_audit") if asked and getattr(asked, name)]
    facts |= {"today": actor.on, "after": avoidances.looked_back_from(actor.on)}
    facts["domains"] = asked.leaving_audit.domains if "leaving_audit" in parts else ()
    found = _asked(*parts).of(**facts)
    rows = [_waiting(row, rules) for row in found if row[1] != DECIDE or waiting.is_his(actor, row[2], row[4])]
    return rows[:SHOWN]


@cache
def _asked(*parts):
    """Return the query for all that a scheme asks for which has these ``parts`` of duties."""
    facts = {name: Given(name) for name in ("person", "own_people", "keeps", "signs", "handles", "decides")}
    late = disclosures.late_in(facts["keeps"], on=Given("today"))
    found = [_rows(late, DISCLOSE, text=F("title"), day=F("recorded_on"))]
    if "statement" in parts:
        for kind, condition, day in (
            (SIGN, waiting.statements_to_sign(facts), TruncDate("sent_at")),
            (REVISE, waiting.statements_to_revise(facts), TruncDate("drafted_at")),
        ):
            found.append(_rows(DutyStatement.objects.filter(condition), kind, year=F("year"), day=day))
    if "avoidance" in parts:
        records = AvoidanceRecord.objects.filter(waiting.records_to_decide(facts))
        shown = {"text": F("matter"), "day": TruncDate("declared_at"), "person": F("person_id")}
        found.append(_rows(records, DECIDE, **shown))
    if "leaving_audit" in parts:
        left = avoidances.ended_without_audit(on=Given("today"), after=Given("after"))
        left = left.filter(post__unit__within=facts["handles"], post__domain__within=Given("domains"))
        found.append(_rows(left, AUDIT, unit="post__unit", text=F("post__name"), day=F("until")))
    first, *others = found
    return Prepared(first.union(*others, all=True).order_by("of_day", "of_kind", "pk")[:READ])


def _rows(rows, kind, *, unit="unit", person=None, text=None, year=None, day):
    columns = (
        Value(kind),
        F(f"{unit}_id"),
        F(f"{unit}__name"),
        person or Value(0, output_field=IntegerField()),
        text or Value(""),
        year or Value(0, output_field=IntegerField()),
        day,
    )
    named = rows.order_by().annotate(**dict(zip(COLUMNS, columns, strict=True)))
    return named.values_list("pk", *COLUMNS)


def _waiting(row, rules):
    pk, kind, _, unit, _, text, year, since = row
    given = days_given(rules).get(kind)
    return Waiting(kind, pk, unit, text, year, since, days.add_days(since, given) if given else None)


def days_given(rules):
    """Return how many days the scheme gives for what it asks: kind → days."""
    asked = rules.duties if rules else None
    if asked is None:
        return {}
    given = {
        SIGN: asked.statement and asked.statement.sign_days,
        DECIDE: asked.avoidance and asked.avoidance.decide_days,
        AUDIT: asked.leaving_audit and asked.leaving_audit.record_days,
    }
    return {kind: number for kind, number in given.items() if number}
