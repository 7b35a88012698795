"""Who reads how measures are carried out, and who may note it. Source: R3-31, R3-34."""

from django.db.models import Exists, OuterRef

from registers.access import YES, Policy, no, policy
from registers.actors import ANSWERABLE
from registers.models import ControlMeasure, Incumbency, ResponsibleParty, RiskPoint
from registers.models.spans import has_begun, has_ended


@policy("workflows.MeasureProgress")
class MeasureProgressPolicy(Policy):
    def visible(self, rows, actor):
        """The notes on measures that the actor may read."""
        return rows.filter(of_readable_measure(actor))

    def may_note(self, actor, progress):
        """Add a note to a measure in force.

        For whoever is named in it, the person who answers for its risk point, and the unit's head and liaison.
        """
        measure = progress.measure
        if not has_begun(measure, actor.on):
            return no("该措施尚未生效，不能记录落实情况。")
        if has_ended(measure, actor.on):
            return no("该措施已修订或撤销，请在现行的措施上记录。")
        if measure.unit_id in actor.unit_ids(*ANSWERABLE) or is_named(actor, measure):
            return YES
        point = RiskPoint.objects.in_force(actor.on).filter(series=measure.point_series).first()
        if point is not None and answers_for(actor, point):
            return YES
        return no("落实情况由措施责任人、岗位责任人、单位负责人或联络员记录。")


def of_readable_measure(actor):
    """Return the condition that the measure of a row is one that ``actor`` may read.

    It is asked row by row. SQLite works ``measure__in`` out first, for all measures that somebody may read.
    """
    return Exists(ControlMeasure.objects.visible_to(actor).filter(pk=OuterRef("measure")))


def is_named(actor, measure, *people):
    """Whether a measure names this person, his post or his office, or one of ``people`` (ids)."""
    if measure.responsible_id is None:
        return False
    return ResponsibleParty.objects.naming(actor, *people).filter(responsibility=measure.responsible_id).exists()


def answers_for(actor, point):
    """Whether the risk point is this person's: he is its holder, or nobody is and he holds its post today."""
    if point.holder_id is not None:
        return point.holder_id == actor.user_id
    held = Incumbency.objects.in_force(actor.on).filter(post=point.post_id, user=actor.user_id)
    return point.post_id is not None and held.exists()
