"""Who knows of moved deadlines and of longer terms asked for, and who grants them."""

from django.db.models import F, Q

from registers import clock
from registers.access import YES, Policy, can, no, policy
from registers.actors import SCHOOL_ROLES
from registers.models import User
from workflows.models import Campaign
from workflows.models.submissions import EDITABLE
from workflows.policies.acting import holders, impartial, is_concerned
from workflows.policies.submissions import may_take_content, takes_content

ANSWERABLE = ("liaison", "unit_head", "leader_in_charge", "registrar", *SCHOOL_ROLES)


@policy("workflows.DeadlineChange")
class DeadlineChangePolicy(Policy):
    def visible(self, rows, actor):
        """Everybody who may watch the campaign; what was moved for one person, only those who answer for his sheet."""
        if not can(actor, "watch", Campaign):
            return rows.none()
        sheets = Q(person__submissions__task=F("task"), person__submissions__unit__in=actor.unit_ids(*ANSWERABLE))
        return rows.filter(Q(person=None) | Q(person=actor.user_id) | sheets).distinct()


@policy("workflows.Extension")
class ExtensionPolicy(Policy):
    def visible(self, rows, actor):
        """Whoever reads the sheet, and whoever decides: he sees what is asked for, not what the sheet says."""
        if not actor.is_authenticated:
            return rows.none()
        sheets = rows.model._meta.get_field("submission").related_model.objects.visible_to(actor)
        return rows.filter(Q(submission__in=sheets) | self._deciding(actor)).distinct()

    def awaiting(self, rows, actor):
        """Open requests that are this person's to decide."""
        sheets = rows.model._meta.get_field("submission").related_model.objects
        sheets = sheets.filter(takes_content(actor.on), state__in=EDITABLE)
        rows = rows.filter(self._deciding(actor), granted=None, submission__in=sheets).exclude(asked_by=actor.user_id)
        return rows.exclude(submission__person__in=[actor.user_id, *actor.stands_in_for])

    def _deciding(self, actor):
        mine = Q(pk__in=[])
        for role in {grant.role for grant in actor.grants}:
            found = Q(role=role, submission__unit__in=actor.answerable_unit_ids(role))
            if role in SCHOOL_ROLES:
                found &= ~Q(submission__unit__in=actor.home_unit_ids, submission__unit__parent__isnull=False)
            mine |= found
        return mine

    def may_decide(self, actor, extension):
        """Grant or refuse; never one's own, nor one asked on a sheet that concerns oneself."""
        sheet, role = extension.submission, extension.role
        if extension.granted is not None:
            return no("该延期申请已经办理。")
        if sheet.state not in EDITABLE:
            return no("该表已不在填报环节，无须延期。")
        if not (verdict := may_take_content(sheet, on=actor.on)):
            return verdict
        if extension.asked_by_id == actor.user_id or is_concerned(actor, sheet, role):
            return no("不能办理自己提出的或与本人、被代理人、本单位有关的延期申请，该申请由上一级办理。")
        if sheet.unit_id not in actor.answerable_unit_ids(role):
            label = sheet.task.campaign.scheme.rules.roles.get(role, role)
            return no(f"该延期申请由{label}办理。")
        return YES

    def people_who_may_decide(self, extension):
        sheet, on = extension.submission, clock.today()
        if extension.granted is not None:
            return User.objects.none()
        everyone = holders(extension.role, sheet.unit, on=on).exclude(pk=extension.asked_by_id)
        return impartial(everyone, sheet, extension.role, on=on)
