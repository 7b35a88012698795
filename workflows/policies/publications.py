"""Who publishes and reads standing lists and results, and who keeps the records of them."""

from django.db.models import Q

from registers.access import YES, Policy, PolicyOfFacts, no, policy
from registers.actors import SCHOOL_ROLES
from workflows.models import Publication, PublicityNotice
from workflows.policies.door import audiences, the_door
from workflows.policies.handling import holders
from workflows.policies.publicity import KEEPERS, insiders, of_audience

DRAFTERS = KEEPERS
RELEASERS = ("unit_head", "leader_in_charge", "office", "school_group", "party_committee")


@policy("workflows.Publication")
class PublicationPolicy(PolicyOfFacts):
    def visible(self, rows, actor):
        """What is published, by its audience, and so replaced versions of a standing list.

        Drafts and what has ended for those who publish for the unit. Whoever is not logged in reads the standing lists of the
        public door.
        """
        if not actor.is_authenticated:
            standing = rows.model.objects.published(actor.on).order_by().values("pk")
            return rows.filter(pk__in=standing, verb="standing", audience__in=audiences(the_door()))
        return super().visible(rows, actor)

    def facts(self, actor):
        """Return who the actor is, the day, and the units of which he reads as one of theirs, or publishes."""
        publishes = actor.unit_ids(*DRAFTERS, *RELEASERS)
        return {"person": actor.user_id, "today": actor.on, "inside": insiders(actor), "publishes": publishes}

    def readable(self, facts):
        """As ``visible`` says it of colleagues."""
        audience = of_audience(facts["inside"], Publication)
        replaced = Publication.objects.filter(verb="standing", ended_at__isnull=False, ended_by=None)
        parts = (Publication.objects.published(facts["today"]), replaced)
        standing, before = (some.filter(audience).order_by().values("pk") for some in parts)
        own = Q(unit__within=facts["publishes"]) | Q(drafted_by=facts["person"])
        return Q(pk__in=standing) | Q(pk__in=before) | own

    def may_draft(self, actor, publication):
        """Draft for a unit: its liaison or head, and the office."""
        if publication.unit_id in actor.unit_ids(*DRAFTERS):
            return YES
        return no("公开和通报由本单位联络员、负责人或学校领导小组办公室起草。")

    def may_change(self, actor, publication):
        if publication.released_at is not None:
            return no("已经发布，不能修改；有误的请撤下后重新发布。")
        return self.may_draft(actor, publication)

    may_attach = may_discard = may_change

    def may_keep(self, actor, publication):
        """Read what is kept of it beside its page."""
        if publication.unit_id in actor.unit_ids(*DRAFTERS, *RELEASERS):
            return YES
        return no("公开留痕由起草、发布的人员查阅。")

    def may_release(self, actor, publication):
        """Release it: another than its drafter, in charge of the unit."""
        if publication.released_at is not None:
            return no("已经发布。")
        if publication.drafted_by_id == actor.user_id:
            return no("起草人不能发布，须由另一人审核后发布。")
        if publication.unit_id in actor.unit_ids(*RELEASERS):
            return YES
        return no("由单位负责人、分管校领导、学校领导小组办公室、学校领导小组或党委审核发布。")

    def people_who_may_release(self, publication):
        return holders(publication.unit_id, *RELEASERS).exclude(pk=publication.drafted_by_id)

    def may_end(self, actor, publication):
        """Take it down: whoever could have drafted or released it."""
        if publication.released_at is None:
            return no("尚未发布，可以删除草稿。")
        if publication.ended_at is not None:
            return no("已经撤下。")
        return self.may_keep(actor, publication)


def kept_by(actor, of=""):
    """Return the condition of rows about a notice or a publication of which the actor keeps the records.

    ``of``: the path to them.
    """
    keeping, mine = actor.unit_ids(*KEEPERS), Q()
    for about in (f"{of}notice", f"{of}publication"):
        mine |= Q(**{f"{about}__drafted_by": actor.user_id}) | Q(**{f"{about}__released_by": actor.user_id})
        mine |= Q(**{f"{about}__unit__within": keeping})
    return mine


@policy("workflows.NoticePlace")
class NoticePlacePolicy(Policy):
    def visible(self, rows, actor):
        """Where notices hang: for those who publish them."""
        return rows.filter(kept_by(actor)) if actor.is_authenticated else rows.none()

    def may_post(self, actor, place):
        """Say that it was put up: while it is published."""
        if place.posted_on is not None:
            return no("已经登记张贴。")
        return self._keeps(actor, place)

    def may_take(self, actor, place):
        """Say that it was taken down."""
        if place.posted_on is None:
            return no("尚未登记张贴。")
        if place.taken_on is not None:
            return no("已经登记撤下。")
        return self._keeps(actor, place)

    @staticmethod
    def _keeps(actor, place):
        if type(place).objects.visible_to(actor).filter(pk=place.pk).exists():
            return YES
        return no("由起草、发布的人员登记张贴和撤下。")


@policy("workflows.PublicRecord")
class PublicRecordPolicy(Policy):
    def visible(self, rows, actor):
        """What was public when: for those who publish, and the auditor."""
        if not actor.is_authenticated:
            return rows.none()
        return rows if actor.has("auditor") else rows.filter(kept_by(actor))


@policy("workflows.ImpactAssessment")
class ImpactAssessmentPolicy(Policy):
    def visible(self, rows, actor):
        """Every assessment for those who publish anything, and the auditor."""
        if actor.is_authenticated and actor.has(*KEEPERS, *SCHOOL_ROLES, "auditor"):
            return rows
        return rows.none()

    def may_assess(self, actor, scheme):
        """Judge what a kind of notice means for the people named: the office."""
        return YES if actor.has("office") else no("个人信息保护影响评估由学校领导小组办公室作出。")


def stands_at_door(about):
    """Whether a notice or a publication is for people who are not logged in, as long as it is published."""
    return about.verb != "result" and about.audience in audiences(the_door())


def subject_of(row):
    """Return the notice or the publication that a row is about."""
    return row.notice if row.notice_id is not None else row.publication


def is_public(about, on):
    """Whether a notice or a publication is published on the day ``on``."""
    if isinstance(about, PublicityNotice):
        running = about.starts_on is not None and about.starts_on <= on <= about.ends_on
        return running and about.cleared_at is None and about.withdrawn_at is None
    ended = about.ended_at is not None or (about.ends_on is not None and about.ends_on < on)
    return about.released_at is not None and not ended
