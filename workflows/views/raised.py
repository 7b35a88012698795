"""The objections on the page of a notice, as whoever may read them sees them."""

from registers import clock
from registers.access import can
from workflows import attachments
from workflows.deadlines import days
from workflows.forms.door import ExtendForm, ReasonForm
from workflows.forms.publicity import HandlingForm
from workflows.models import Objection
from workflows.policies.door import door_beside, opened_today
from workflows.publicity import objections


def raised_to(request, notice, refused):
    """Return the objections to a notice that the reader may see, each as ``_objection.html`` shows it.

    These are ``who`` (in words, a name only where it was opened today), ``due`` (a day), ``late``, ``own``, ``sealed``, ``may_handle``,
    ``may_extend``, ``may_retract``, ``may_open`` and the forms. ``refused``: as ``about_objection`` of ``notice_page``. The number of
    queries does not grow with them.
    """
    actor, rows = request.actor, Objection.objects.visible_to(request.actor).filter(notice=notice)
    related = ("author", "handled_by", "notice__unit", "submission")
    rows = list(rows.select_related(*related).prefetch_related("additions", attachments.of_each()))
    if not rows:
        return rows
    due, keys = objections.due_days(rows, door_beside(notice)), [row.pk for row in rows]
    opened = set(opened_today(actor, "objection").filter(objection__in=keys).values_list("objection", flat=True))
    names = objections.names(keys, opened)
    for row in rows:
        row.own = row.author_id is not None and row.author_id == actor.user_id
        row.sealed = not row.own and row.pk not in opened and (row.author_id is not None or row.pk in names)
        row.who = _who(row, names)
        row.due = due[row.pk]
        row.late = row.handled_at is None and days.is_overdue(row.due, clock.now())
        for act in ("handle", "extend", "retract"):
            setattr(row, f"may_{act}", can(actor, act, row))
        row.may_open = row.may_handle or (row.handled_at is not None and actor.has("office"))
        row.form = HandlingForm(objection=row, others=[pk for pk in keys if pk != row.pk])
        row.extend_form, row.open_form = ExtendForm(), ReasonForm()
        if row.pk == refused[0]:
            setattr(row, refused[1], refused[2])
        for form in (row.form, row.extend_form, row.open_form):
            form.auto_id = f"id_{row.pk}_%s"
    return rows


def _who(row, names):
    if row.author_id is not None:
        return "校内实名（封存）" if row.sealed else f"{row.author.name}（校内）"
    return "匿名" if row.pk not in names else names[row.pk] or "实名（封存）"
