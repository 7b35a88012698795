"""Who is named as responsible for a measure: one person or several, a post, an office (措施责任人)."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from registers.access import ScopedQuerySet
from registers.actors import ANSWERABLE
from registers.models.people import Appointment
from registers.models.posts import Incumbency
from registers.models.spans import existing_on, is_closed

MOST_NAMED = 10


class ResponsibilityQuerySet(ScopedQuerySet):
    """What measures name, each as a whole."""

    def vacant(self, on):
        """Keep those that mean nobody on a day (无人承担).

        ``registers.responsible.people_of`` finds nobody for them.
        """
        named = ResponsibleParty.objects.filter(responsibility=OuterRef("pk"))
        return self.filter(~Exists(named.manned(on)))


class Responsibility(models.Model):
    """Those whom measures name together, in their order.

    A row never changes: whoever names the same ones names the same row (``key``), so a version of a measure that keeps who is
    responsible keeps the row, and one that changes it has another. Only ``registers.responsible.together`` makes rows.
    """

    key = models.CharField(max_length=220, unique=True, editable=False)

    objects = ResponsibilityQuerySet.as_manager()

    class Meta:
        verbose_name = "措施责任人"

    def __str__(self):
        return self.name

    @property
    def name(self):
        """The names of all of them as papers print them. Reads them unless they have been prefetched."""
        return "、".join(dict.fromkeys(str(party.who) for party in self.parties.all()))


class PartyQuerySet(ScopedQuerySet):
    """Those named, each on a row of his own."""

    def naming(self, actor, *people):
        """Keep the rows that mean this person on his day, or one of ``people`` (ids) by name.

        A post means whoever holds it, an office its head and its liaison. An office that has gone into another one means those of
        that one.
        """
        meant = {"posts": actor.post_ids, "offices": actor.own_unit_ids(*ANSWERABLE), "on": actor.on}
        return self.meaning([actor.user_id, *people], **meant)

    def meaning(self, people, *, posts, offices, on):
        """Keep the rows that name one of ``people`` or ``posts``, or one of ``offices`` on a day (all ids)."""
        there = existing_on(on, of="unit")
        named = Q(user__within=people) | Q(post__within=posts)
        return self.filter(named | Q(unit__within=offices) & there | Q(unit__parent__within=offices) & ~there)

    def manned(self, on):
        """Keep the rows that mean somebody on a day.

        That is who is named, a holder of the post, a head or liaison of the office, with an account in use.
        """
        holders = Incumbency.objects.in_force(on).filter(user__is_active=True)
        officers = Appointment.objects.in_force(on).filter(role__in=ANSWERABLE, user__is_active=True)
        there = existing_on(on, of="unit")
        of_office = Q(Exists(officers.filter(unit=OuterRef("unit")))) & there
        of_office |= Q(Exists(officers.filter(unit=OuterRef("unit__parent")))) & ~there
        return self.filter(
            Q(user__is_active=True)
            | Q(Exists(holders.filter(post=OuterRef("post"))))
            | Q(unit__isnull=False) & of_office
        )


class Parties(models.Manager.from_queryset(PartyQuerySet)):
    """Reads those named with their names."""

    def get_queryset(self):
        return super().get_queryset().select_related("user", "post", "unit")


class ResponsibleParty(models.Model):
    """One of those named: a person, a post, or an office."""

    responsibility = models.ForeignKey(Responsibility, models.CASCADE, related_name="parties")
    position = models.PositiveSmallIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey("registers.Post", models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, null=True, related_name="+")

    objects = Parties()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["responsibility", "position"], name="responsible_party_position_once"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, post=None, unit=None)
                | Q(user=None, post__isnull=False, unit=None)
                | Q(user=None, post=None, unit__isnull=False),
                name="responsible_party_is_one_thing",
            ),
        ]

    def __str__(self):
        return str(self.who)

    @property
    def who(self):
        """The person, the post or the unit."""
        return self.user or self.post or self.unit

    def office_on(self, on):
        """Return the id of the unit whose head and liaison answer on a day, None where no office is named."""
        if self.unit is None:
            return None
        return self.unit.parent_id if is_closed(self.unit, on) else self.unit_id
