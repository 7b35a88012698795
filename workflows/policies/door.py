"""Who reads what stands at the public door, and opens what came in by it. Source: R2-16."""

from django.apps import apps
from django.db.models import Q, Subquery

from registers.access import YES, Policy, no, policy
from registers.actors import DISCIPLINE, Actor
from registers.models import Scheme
from registers.schemes.door import Door

OFFICE_OPENS = "提出人的姓名由学校领导小组办公室在处理时写明事由后查阅，本单位人员回避。"


def the_rules():
    """Return the rule book that the institution follows today, None where there is none.

    The door is opened and shut by this one, at once, whatever version a running campaign began with.
    """
    scheme = Scheme.objects.in_use()
    return scheme.rules if scheme is not None else None


def the_door():
    """Return the public door as the rule book in use has it, a closed one where there is none."""
    return door_of(the_rules())


def beside_rules(rows):
    """Return a query whose rows have ``digest_in_use`` as well: that of the rule book in use."""
    return rows.annotate(digest_in_use=Subquery(Scheme.objects.those_in_use().values("digest")[:1]))


def rules_beside(row):
    """Return ``the_rules`` without a query of its own, because every page asks for them.

    ``row``: of a query ``beside_rules``, None where there is no such row. A rule book is read once per process: a version never
    changes.
    """
    rules = Scheme.read_before(row.digest_in_use) if row is not None else None
    return rules if rules is not None else the_rules()


def door_beside(row):
    """Return ``the_door`` without a query of its own. ``row``: see ``rules_beside``."""
    return door_of(rules_beside(row))


def door_of(rules):
    """Return the public door of a rule book, a closed one where there is none."""
    return rules.public_door if rules is not None else Door()


def visitor(on=None):
    """Return the actor of the public door: nobody, whoever may be signed in at this browser."""
    return Actor(None, on=on)


def audiences(door):
    """Return the audiences whose notices stand at the ``door``, none where it is shut."""
    return (["public", *(["school"] if door.school else [])]) if door.enabled else []


def clue_readers(on):
    """Return the ids of those whom the 纪委 has named to read clues, as a query. No stand-in is among them."""
    held = apps.get_model("registers.Appointment").objects.in_own_right().in_force(on)
    return held.filter(role=DISCIPLINE).values_list("user", flat=True)


def opened_today(actor, what):
    """The ids of ``what`` (``clue`` or ``objection``) that the actor has opened on his day, with a reason."""
    readings = apps.get_model("workflows.SealedReading").objects.filter(reader=actor.user_id, at__date=actor.on)
    return readings.exclude(**{what: None}).order_by().values(what)


@policy("workflows.Clue")
class CluePolicy(Policy):
    """Clues are for the 纪委 alone: not for the office, the leading group or any administrator."""

    def listed(self, rows, actor):
        """Show that there is a clue: to whom the 纪委 has named, unless it came beside a notice of his own unit."""
        if not actor.is_authenticated or not (units := actor.unit_ids_in_own_right(DISCIPLINE)):
            return rows.none()
        schools = Q(notice=None) | Q(notice__unit__parent=None)
        return rows.filter(schools | Q(notice__unit__within=units) & ~Q(notice__unit__within=actor.home_unit_ids))

    def visible(self, rows, actor):
        """Show what a clue says for the day on which its reader has written down why he opens it."""
        if not actor.is_authenticated:
            return rows.none()
        return self.listed(rows, actor).filter(pk__in=opened_today(actor, "clue"))

    def may_open(self, actor, clue):
        """Open a clue: whoever may know of it."""
        there = self.listed(clue.__class__.objects.all(), actor).filter(pk=clue.pk).exists()
        return YES if there else no("线索只由纪委指定的人员查阅。")

    def may_handle(self, actor, clue):
        """Write down what came of a clue, once it was opened today."""
        if not self.visible(clue.__class__.objects.all(), actor).filter(pk=clue.pk).exists():
            return no("请先写明事由查阅，再登记办理结果。")
        return no("该线索已登记办理结果。") if clue.handled_at else YES


@policy("workflows.Objector")
class ObjectorPolicy(Policy):
    """Who objected: only for whoever has written down why he looks, on that day."""

    def visible(self, rows, actor):
        if not actor.is_authenticated:
            return rows.none()
        readable = apps.get_model("workflows.Objection").objects.visible_to(actor).order_by().values("pk")
        return rows.filter(objection__in=opened_today(actor, "objection")).filter(objection__in=readable)


@policy("workflows.Addition")
class AdditionPolicy(Policy):
    """What was added is read like what it was added to."""

    def visible(self, rows, actor):
        objections, clues = (
            apps.get_model(label).objects.visible_to(actor).order_by().values("pk")
            for label in ("workflows.Objection", "workflows.Clue")
        )
        return rows.filter(Q(objection__in=objections) | Q(clue__in=clues))


@policy("workflows.SealedReading")
class SealedReadingPolicy(Policy):
    """Who opened what: for the auditor, for whoever did, and for those who may open the same."""

    def visible(self, rows, actor):
        if not actor.is_authenticated:
            return rows.none()
        if actor.has("auditor"):
            return rows
        clues = apps.get_model("workflows.Clue").objects.listed_to(actor).order_by().values("pk")
        return rows.filter(Q(reader=actor.user_id) | Q(clue__in=clues))
