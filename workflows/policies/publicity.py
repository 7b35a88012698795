"""Who reads notices and objections. Source: R1-27, R1-28."""

from django.db.models import Q

from registers.access import YES, Policy, no, policy
from registers.actors import GROUP_MEMBER, SCHOOL_ROLES


@policy("workflows.PublicityNotice")
class PublicityNoticePolicy(Policy):
    def visible(self, rows, actor):
        """Running notices by their audience, and all notices whose submission or objections he may read.

        A unit's notice is read by the unit, by whoever is in charge of it, and by the school's leading group and committee.
        The last lets the handler of an objection that came on the last day still reach the notice.
        """
        if not actor.is_authenticated:
            return rows.none()
        today = actor.on
        model = rows.model._meta.get_field("submission").related_model
        objections = rows.model._meta.get_field("objections").related_model.objects.visible_to(actor)
        running = Q(starts_on__lte=today, ends_on__gte=today, cleared_at=None)
        above = ("leader_in_charge", *SCHOOL_ROLES)
        inside = actor.home_unit_ids | actor.unit_ids("unit_head", "liaison", GROUP_MEMBER, *above)
        return rows.filter(
            running & (Q(audience__in=["school", "public"]) | Q(unit__in=inside))
            | Q(submission__in=model.objects.visible_to(actor))
            | Q(pk__in=objections.values("notice"))
        )

    def may_object(self, actor, notice):
        """Object while the notice runs. Whoever writes it down asks again under the notice's lock."""
        if actor.on < notice.starts_on and not notice.cleared_at:
            return no(f"公示自 {notice.starts_on.isoformat()} 起，届时可以提出异议。")
        if actor.on > notice.ends_on or notice.cleared_at:
            return no("公示期已过，不能再提出异议。")
        if notice.submission.person_id == actor.user_id:
            return no("对本人的评定有不同意见，请直接向单位领导小组反映。")
        return YES


@policy("workflows.Objection")
class ObjectionPolicy(Policy):
    def visible(self, rows, actor):
        """The author's own, and all for the office.

        Never the unit concerned, nor office staff of that unit.
        """
        if not actor.is_authenticated:
            return rows.none()
        return rows.filter(
            Q(author=actor.user_id)
            | Q(notice__unit__in=actor.unit_ids("office")) & ~Q(notice__unit__in=actor.home_unit_ids)
        ).exclude(~Q(author=actor.user_id), notice__submission__person=actor.user_id)

    def may_handle(self, actor, objection):
        if objection.author_id == actor.user_id:
            return no("不能处理自己提出的异议。")
        if not actor.holds("office", objection.notice.unit_id) or objection.notice.unit_id in actor.home_unit_ids:
            return no("异议由学校领导小组办公室处理，本单位人员回避。")
        return no("该异议已经处理。") if objection.handled_at else YES
