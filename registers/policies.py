"""Rules on who may read and change the organisation, people, rule books, files and the audit chain.

One policy per model. Those of powers and risk points are in ``record_policies``. Source: R4 (三员).
"""

from django.db.models import Q

from registers.access import YES, Policy, PolicyOfFacts, can, no, policy
from registers.actors import ADMINISTRATORS, ANSWERABLE, DISCIPLINE, LEDGER_READERS, ROLE_LABELS
from registers.models import Appointment

REGULATION_WRITERS = ("liaison", "unit_head", "office", "registrar")
HINTED = ("unit_head", "leader_in_charge", "office", "registrar")
ADMIN_ONLY_REASON = "系统管理员、安全管理员和审计员不接触填报内容。"


@policy("registers.Incumbency")
@policy("registers.Post")
@policy("registers.UnitAlias")
class OpenToStaff(PolicyOfFacts):
    """The policy of organisation facts that every colleague may look up."""

    def facts(self, actor):
        """Return nothing, because nothing more decides."""
        return {}

    def readable(self, facts):
        return Q()


@policy("registers.Unit")
class UnitPolicy(OpenToStaff):
    def may_manage(self, actor, unit):
        """Change a unit or its posts: for the registrar of the unit or of one above it."""
        return YES if actor.holds("registrar", unit.pk) else no("只有管理员可以维护单位信息。")

    def may_view_ledger(self, actor, unit):
        """Read the ledger of a unit, or of the school when ``unit`` is the root.

        Source: R1-29, R1-31.
        """
        if unit.pk in actor.unit_ids(*LEDGER_READERS):
            return YES
        return no(
            "该台账供本单位负责人、联络员、领导小组成员，分管该单位的校领导，以及学校领导小组办公室、领导小组和党委查看。"
        )

    def may_export_ledger(self, actor, unit):
        """Have the ledger written as a file: whoever reads it, and the registrar, who files it and says why."""
        return YES if actor.holds("registrar", unit.pk) else self.may_view_ledger(actor, unit)

    def may_view_hints(self, actor, unit):
        """Read hints on rotation and on separation of duties.

        They are about people, so they are for those who can do something about it.
        """
        if unit.pk in actor.unit_ids(*HINTED):
            return YES
        return no("只有单位负责人、分管校领导、学校领导小组办公室和管理员可以查看防控提示。")

    def may_add_regulation(self, actor, unit):
        """Add a regulation to this unit's directory. Source: R0-20, R1-54."""
        if unit.pk in actor.unit_ids(*REGULATION_WRITERS):
            return YES
        return no("制度由本单位联络员、单位负责人或学校领导小组办公室、管理员登记。")


class KeptByRegistrars(Policy):
    """The policy of what only the registrar of a unit works with."""

    def visible(self, rows, actor):
        return rows.filter(unit__within=actor.unit_ids("registrar"))


@policy("registers.OrganisationChange")
class OrganisationChangePolicy(KeptByRegistrars):
    pass


@policy("registers.PlannedChange")
class PlannedChangePolicy(Policy):
    def visible(self, rows, actor):
        """Show changes of units and posts to their registrar, those of people to whoever keeps their records."""
        people = Q(person__isnull=False, unit__in=actor.unit_ids(*KEEPERS_OF_PEOPLE))
        return rows.filter(Q(unit__in=actor.unit_ids("registrar")) | people)

    def may_drop(self, actor, planned):
        """Give up a change that has not been made yet."""
        return can(actor, "manage", planned.unit) if planned.person is None else can(actor, "keep", planned.person)


@policy("registers.ImportedFile")
class ImportedFilePolicy(Policy):
    def visible(self, rows, actor):
        """Show a file to whoever uploaded it, for as long as he is registrar.

        It names people and what becomes of them.
        """
        return rows.filter(owner=actor.user_id) if actor.has("registrar") else rows.none()

    def may_import(self, actor, file):
        """Take over units, posts and people from files."""
        return YES if actor.has("registrar") else no("单位、岗位和人员由管理员导入。")


# Who may appoint to which roles, and dismiss from them. Nobody makes more of his own kind, and nobody appoints himself: so the three
# administrators (三员) stay apart. What the institution's organisation says is the registrar's, what lets into the system is not.
APPOINTS = {
    "registrar": ("liaison", "unit_head", "leader_in_charge", "office", "school_group", "party_committee"),
    "security_admin": (DISCIPLINE, "registrar", "sys_admin", "auditor"),
    "sys_admin": ("security_admin",),
}
GUARDED = tuple(role for admin in ("security_admin", "sys_admin") for role in APPOINTS[admin])
KEEPERS_OF_PEOPLE = ("registrar", "sys_admin")


def appointers_of(role):
    """Return the roles whose holders appoint to ``role``."""
    return tuple(by for by, roles in APPOINTS.items() if role in roles)


@policy("registers.User")
class UserPolicy(OpenToStaff):
    def kept_by(self, rows, actor):
        """Narrow ``rows`` to the people whose records ``actor`` keeps or whose roles he gives.

        Whoever is in no unit belongs to all of them.
        """
        units = actor.unit_ids(*APPOINTS)
        return rows.filter(Q(unit__within=units) | Q(unit=None)) if units else rows.none()

    def may_open_desk(self, actor, user):
        """Read the desk of people and roles."""
        return YES if actor.has(*APPOINTS) else no("人员与任职由管理员、系统管理员和安全管理员办理。")

    def may_keep(self, actor, user):
        """Add people, and change, transfer, disable those of one's own units."""
        if not actor.has(*KEEPERS_OF_PEOPLE):
            return no("人员信息由管理员和系统管理员维护。")
        if isinstance(user, type) or user.unit_id is None or user.unit_id in actor.unit_ids(*KEEPERS_OF_PEOPLE):
            return YES
        return no("此人不在您管理的单位内。")

    def may_end(self, actor, user):
        """Let a person leave, or take his account away.

        Not one's own, nor that of somebody whom another administrator appoints.
        """
        if user.pk == actor.user_id:
            return no("不能停用自己的账号，请由另一名管理员办理。")
        return self.may_keep(actor, user) and self._may_touch_account(actor, user)

    def may_give_password(self, actor, user):
        """Give a person a one-time password, and end a lock."""
        if user.pk == actor.user_id:
            return no("自己的密码请在“修改密码”页修改。")
        if not actor.has(*APPOINTS):
            return no("一次性密码由管理员发放。")
        return self._may_touch_account(actor, user)

    def _may_touch_account(self, actor, user):
        """Whoever could set an administrator's password would have his power: so only who appoints him may."""
        on = actor.on
        held = user.appointments.in_own_right().in_force(on).filter(role__in=GUARDED)
        for role in held.values_list("role", flat=True):
            if not actor.has(*appointers_of(role)):
                words = "、".join(ROLE_LABELS[by] for by in appointers_of(role))
                return no(f"{user}担任{ROLE_LABELS[role]}，其账号由{words}办理；须停用的，先由{words}免去该角色。")
        if actor.has(*KEEPERS_OF_PEOPLE):
            return self.may_keep(actor, user)
        return YES if held else no("此人的账号由管理员和系统管理员办理。")


@policy("registers.Appointment")
class AppointmentPolicy(OpenToStaff):
    def may_appoint(self, actor, appointment):
        """Appoint to this role, or dismiss from it (``APPOINTS``)."""
        by = appointers_of(appointment.role)
        if not actor.has(*by):
            words = "、".join(ROLE_LABELS[role] for role in by)
            return no(f"{ROLE_LABELS[appointment.role]}由{words}任免。")
        if appointment.user_id == actor.user_id:
            return no("不能任免自己，请由另一人办理。")
        if appointment.unit_id not in actor.unit_ids(*by):
            return no("该单位不在您管理的范围内。")
        return YES

    def may_set_up_standin(self, actor, appointment):
        """Name somebody who exercises this role for a time.

        For its holder, or for the registrar on his behalf.
        """
        if appointment.role in (*ADMINISTRATORS, DISCIPLINE):
            return no("系统管理员、安全管理员、审计员和纪委线索受理人不能委托他人代理。")
        if appointment.acting_for_id:
            return no("代理的职权不能再委托他人。")
        if appointment.user_id == actor.user_id or actor.has("registrar"):
            return YES
        return no("代理由本人设立，或由管理员代为设立。")

    def may_end_standin(self, actor, appointment):
        """End a stand-in's appointment before its last day.

        For the person stood in for, the stand-in himself, or the registrar.
        """
        if appointment.acting_for_id is None:
            return no("这不是代理。")
        if appointment.until <= max(actor.on, appointment.since):
            return no("该代理已经结束。")
        if actor.user_id in (appointment.acting_for_id, appointment.user_id) or actor.has("registrar"):
            return YES
        return no("只有委托人、代理人和管理员可以终止代理。")


@policy("registers.DomainCharge")
class DomainChargePolicy(OpenToStaff):
    def may_appoint(self, actor, charge):
        """Put a leader in charge of a domain: for whoever appoints leaders of the whole institution."""
        root = next(unit for unit, above in actor.parents.items() if above is None)
        return can(actor, "appoint", Appointment(user_id=charge.user_id, unit_id=root, role=charge.role))


@policy("registers.Scheme")
class SchemePolicy(OpenToStaff):
    def may_maintain(self, actor, scheme):
        """Write, check and publish rule books."""
        return YES if actor.has("registrar") else no("只有管理员可以维护方案。")


@policy("registers.SchemeDraft")
class SchemeDraftPolicy(Policy):
    def visible(self, rows, actor):
        return rows if actor.has("registrar") else rows.none()


@policy("registers.LeadingGroup")
class LeadingGroupPolicy(PolicyOfFacts):
    def facts(self, actor):
        return {"fills": actor.unit_ids(*ANSWERABLE)}

    def readable(self, facts):
        """Show filed groups to all colleagues, a list that is not filed yet to its unit's liaison and head."""
        return Q(since__isnull=False) | Q(unit__within=facts["fills"])


@policy("registers.Regulation")
class RegulationPolicy(OpenToStaff):
    """The policy of regulations, which everybody may read. Source: R0-20."""

    def may_change(self, actor, regulation):
        return can(actor, "add_regulation", regulation.unit)


@policy("registers.AuditEntry")
class AuditEntryPolicy(Policy):
    def visible(self, rows, actor):
        """Show the whole chain to the auditor, and to everyone else his own acts."""
        if not actor.is_authenticated:
            return rows.none()
        return rows if actor.has("auditor") else rows.filter(actor=actor.user_id)


@policy("registers.Job")
class JobPolicy(Policy):
    def visible(self, rows, actor):
        return rows.filter(owner=actor.user_id) if actor.is_authenticated else rows.none()
