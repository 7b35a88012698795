"""Writing a warning: from an event by hand, or from what a rule proposed.

Source: R1-44, R4-12, R4-31.
"""

from django.db import transaction

from registers import audit
from registers.access import require
from registers.models import RiskPoint
from registers.refusals import Refused, Stale
from registers.schemes.layout import fields_used
from registers.text import digest_of
from workflows.models import RiskWarning, WarningPoint
from workflows.policies.handling import kept_from

TEXTS = ("facts", "basis", "causes", "demands")
REFERENCE = ("reference", "reference_on", "reference_at")
FIELDS = ("level", "kind", *TEXTS, "audience", "copy_to", *REFERENCE)
LABELS = {"facts": "事实", "basis": "依据", "causes": "原因分析", "demands": "要求"}
LABELS |= {"reference": "文号", "reference_on": "成文日期", "reference_at": "存放处"}


@transaction.atomic
def begin(scheme, institution, *, unit, person, values, points=(), finding=None, actor, at):
    """Begin a warning by hand and return it.

    ``values``: those in ``FIELDS``. ``points``: series of the points it is about. ``finding``: of an inspection, from which it comes.
    What is sent twice is one warning. Raises ``NotAllowed`` or ``Refused``.
    """
    warning = RiskWarning(
        scheme=scheme,
        institution=institution,
        unit=unit,
        person=person,
        finding=finding,
        made_by_id=actor.user_id,
        made_at=at,
        **values,
    )
    require(actor, "draft", warning)
    _fits(warning)
    _works_there(person, unit, on=actor.on)
    type(unit).objects.select_for_update(of=("self",)).get(pk=unit.pk)
    same = {name: values[name] for name in FIELDS}
    again = RiskWarning.objects.filter(
        unit=unit, person=person, finding=finding, made_by=actor.user_id, handed_in_at=None, dismissed_at=None, **same
    ).first()
    if again is not None:
        return again
    warning.save()
    _name(warning, points)
    audit.append("warning.draft", about=warning, actor=actor, at=at, detail={"digest": _digest(warning)})
    return warning


@transaction.atomic
def change(pk, *, values, points=None, seen_version, actor, at):
    """Write the text of a warning that is not handed in and return it.

    The first who changes what a rule proposed is its drafter. Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    warning = locked(pk)
    require(actor, "draft", warning)
    if warning.version != seen_version:
        raise Stale(warning)
    for name in FIELDS:
        setattr(warning, name, values[name])
    _fits(warning)
    warning.made_by_id = warning.made_by_id or actor.user_id
    warning.version += 1
    warning.save()
    if points is not None:
        _name(warning, points)
    audit.append("warning.change", about=warning, actor=actor, at=at, detail={"digest": _digest(warning)})
    return warning


def locked(pk):
    """Return the warning under its lock, with what its rules need."""
    rows = RiskWarning.objects.select_for_update(of=("self",))
    return rows.select_related("scheme", "unit", "person", "institution").get(pk=pk)


def missing(warning):
    """Return the labels of what has still to be written before a warning can be handed in."""
    if warning.action.reference_only:
        return [LABELS[name] for name in REFERENCE if not getattr(warning, name)]
    return [LABELS[name] for name in TEXTS if name in needed(warning) and not getattr(warning, name)]


def needed(warning):
    """Return the names of the texts that its letter prints, or that a talk is about."""
    layout = warning.scheme.rules.papers.get(warning.action.paper)
    return {"facts", "demands"} | (set(fields_used(layout)) & set(TEXTS) if layout is not None else set())


def graver(warning):
    """Return what may follow a warning: what is graver and fits its addressee, the mildest first."""
    target = "person" if warning.person_id else "unit"
    found = [
        one
        for one in warning.scheme.rules.warning_actions
        if one.severity > warning.action.severity and one.target in (target, "either")
    ]
    return sorted(found, key=lambda one: one.severity)


def _fits(warning):
    """Let a warning be what its kind says. Raises ``Refused`` where what was typed does not fit."""
    action = warning.action
    if action is None:
        raise Refused("请选择方式。", "kind")
    warning.is_reference, warning.is_talk = action.reference_only, action.talk
    if warning.rules.levels and warning.level_rules is None:
        raise Refused("请选择预警等级。", "level")
    if action.target == "unit" and warning.person_id:
        raise Refused(f"“{action.label}”只对单位发出。请改选方式，或另对单位拟一份。", "kind")
    if action.target == "person" and not warning.person_id:
        raise Refused(f"“{action.label}”只对个人发出。请改选方式，或填写对象的工号另拟一份。", "kind")
    if action.reference_only:
        typed = [LABELS[name] for name in TEXTS if getattr(warning, name)]
        if typed:
            raise Refused(
                f"“{action.label}”按档案规定不在本系统保存内容，只登记文号、日期和存放处。请清空{'、'.join(typed)}。",
                "facts",
            )
    elif any(getattr(warning, name) for name in REFERENCE):
        raise Refused(f"“{action.label}”的文号由系统在签发时编排。请清空文号、成文日期和存放处。", "reference")


def _works_there(person, unit, *, on):
    """Raise ``Refused`` where the person is not of the unit, or a leader of the school."""
    if person is None:
        return
    if person.unit is None or person.unit.parent_id is None:
        raise Refused(f"{person.name}是学校本部人员。涉及学校领导的，按规定报上级处理，不在本系统登记。", "person")
    if unit.pk not in kept_from([person.pk], on=on)[person.pk]:
        raise Refused(f"{person.name}不在{unit.name}工作，请核对单位和工号。", "person")


def fits_grades(warning):
    """Raise ``Refused`` where its kind is meant for the grade of none of its points (R4-12)."""
    meant = warning.action.grades
    series = [point.series for point in warning.points.all()]
    if not meant or not series:
        return
    graded = RiskPoint.objects.open().filter(series__in=series)
    ranks = set(graded.exclude(final_grade=None).values_list("final_grade__rank", flat=True))
    if ranks and not ranks & set(meant):
        words = "、".join(grade.label for grade in warning.scheme.rules.grades if grade.rank in meant)
        raise Refused(f"“{warning.action.label}”用于{words}的风险点，所涉风险点都不是。请改选方式。", "kind")


def _name(warning, points):
    """Let a warning be about exactly the points with these series."""
    warning.points.exclude(series__in=points).delete()
    there = {point.series for point in warning.points.all()}
    WarningPoint.objects.bulk_create(
        [WarningPoint(warning=warning, series=series) for series in points if series not in there]
    )


def _digest(warning):
    return digest_of({name: str(getattr(warning, name)) for name in FIELDS})
