"""What publishing means for the people named, judged for each kind of notice (影响评估)."""

from django.db import transaction

from registers import audit
from registers.access import require
from registers.refusals import Refused
from registers.schemes.publicity import PERSON, PERSON_LABEL
from workflows.models import ImpactAssessment
from workflows.publicity import lists, showing

MISSING = "“{kind}”显示姓氏，须先由学校领导小组办公室作出个人信息保护影响评估（或栏目有变，须重新评估），再发布。"


def fields_of(notice):
    """Return the columns of a notice, with that of the names where it shows any."""
    named = [PERSON] if any(PERSON in item for item in notice.items) else []
    return [*named, *(field for field, _ in notice.columns)]


def current(scheme, kind):
    """Return the last assessment of a kind of notice, None where there is none.

    It may have been made under another version of this rule book.
    """
    return ImpactAssessment.objects.filter(scheme__slug=scheme.slug, kind=kind).first()


def covers(assessment, fields):
    """Whether an assessment judged all of these columns."""
    return assessment is not None and set(fields) <= set(assessment.fields)


def needed(notice):
    """Return the assessment that a notice about to be released refers to.

    Raises ``Refused`` where it names people and none covers what it shows.
    """
    kind, fields = notice.kind_rules, fields_of(notice)
    assessment = current(notice.task.campaign.scheme, kind.code)
    if covers(assessment, fields):
        return assessment
    if PERSON in fields:
        raise Refused(MISSING.format(kind=kind.label))
    return None


@transaction.atomic
def assess(scheme, kind, *, fields, purpose, risk, measures, actor, at):
    """Record the assessment of a kind of notice. Raises ``NotAllowed``."""
    require(actor, "assess", ImpactAssessment(scheme=scheme))
    said = {"purpose": purpose, "risk": risk, "measures": measures}
    made = ImpactAssessment.objects.create(
        scheme=scheme, kind=kind.code, fields=list(fields), made_by=actor.user, made_at=at, **said
    )
    audit.append("notice.assess", about=made, actor=actor, at=at)
    return made


def columns_shown(scheme, kind):
    """Return every column that notices of a ``kind`` may show, as ``[(field, heading)]``.

    That of names is among them where any task shows them.
    """
    if kind.verb == "standing":
        return [tuple(column) for column in lists.columns(kind, scheme.rules)]
    if kind.verb == "result":
        return []  # it is text, and has no columns
    shown, named = {}, False
    for task in scheme.rules.tasks:
        if task.publicity is not None:
            shown = dict(showing.columns_of(scheme.rules, [task])) | shown
            named = named or task.publicity.person == "masked"
    return [*([(PERSON, PERSON_LABEL)] if named else []), *shown.items()]
