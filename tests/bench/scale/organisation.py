"""Units, posts, people and roles beside those of the demo campus, as many as the points need."""

from dataclasses import dataclass, field
from itertools import cycle

from registers.models import (
    Appointment,
    Duty,
    GroupMember,
    Incumbency,
    LeadingGroup,
    Post,
    Unit,
    User,
)
from tests.bench.scale.writing import Table
from workflows.models import Enrolment

HOME = "CW01"  # the unit of the demo's personas, which has as many points at every size
HOME_POINTS = 1250
POINTS_OF_A_POST = 9
UNITS_POINTS = 0.1  # of a unit's points, how many are its own
PLAIN_POSTS = 0.25  # posts without points, per post with some
UNITS_OF_A_LEADER = 10
NESTED_EVERY = 5
# How unlike each other units are: the largest has five times the points of the smallest.
SHAPES = tuple(1 / (1 + step * 7 % 40 / 10) for step in range(40))
KINDS = ("college", "office", "teaching_support", "logistics")


@dataclass
class Place:
    """A unit, how many points are still to be made in it, and who holds its posts: ``(post id, user id, is it a risk post)``."""

    unit: int
    code: str
    points: int
    held: list = field(default_factory=list)

    @property
    def own(self):
        """How many of the points are the unit's own."""
        return int(self.points * UNITS_POINTS)


def apportioned(points, units, present, home=HOME):
    """Return how many points each of ``units`` has to get, so that there are ``points`` in all.

    ``units``: codes. ``present``: code → points that are there. ``home`` gets ``HOME_POINTS``, the others the rest by ``SHAPES``.
    """
    homes = min(HOME_POINTS, points // 4)
    shapes = dict(zip((code for code in units if code != home), cycle(SHAPES), strict=False))
    rest = points - homes
    shares = {code: int(rest * shape / sum(shapes.values())) for code, shape in shapes.items()}
    shares[home] = homes
    short = {code: max(0, shares[code] - present.get(code, 0)) for code in units}
    # Rounding leaves some over, and units with more than their share take some from the others.
    left = points - sum(present.values()) - sum(short.values())
    for code in sorted(short, key=short.get, reverse=True):
        taken = max(left, -short[code])
        short[code] += taken
        left -= taken
    return short


def make(campaign, *, points, units, present, since, home):
    """Write the organisation, and return its ``Place`` each.

    ``units``: how many units there are to be. ``present``: unit code → points in force that it has. ``since``: the day from which
    everybody has held what he holds.
    """
    root = campaign.institution
    _units(root, units)
    rows = list(Unit.objects.exclude(pk=root.pk).order_by("pk").values_list("pk", "code"))
    short = apportioned(points, [code for _, code in rows], present, home)
    places = [Place(pk, code, short[code]) for pk, code in rows]
    _people(places, since)
    _roles(places, root, campaign, since)
    return places


def _units(root, wanted):
    there = Unit.objects.exclude(pk=root.pk).count()
    above = root
    made = []
    for number in range(there, wanted):
        nested = number % NESTED_EVERY == 0 and above is not root
        unit = Unit(
            code=f"SC{number:03}",
            name=f"第{number}{'科室' if nested else '学院'}",
            unit_type="section" if nested else KINDS[number % len(KINDS)],
            parent=above if nested else root,
            position=1000 + number,
        )
        made.append(unit)
        if not nested:
            unit.save(force_insert=True)
            above = unit
    for unit in made:
        if unit.pk is None:
            unit.save(force_insert=True)


def _people(places, since):
    """Add posts with one holder each: enough for the points of every unit, and some without points."""
    password = User.objects.order_by("pk").values_list("password", flat=True).first()
    template = list(Duty.objects.values_list("text", flat=True).distinct()[:40])
    users = Table(
        User, "id", "number", "name", "sort_key", "title", "rank", "unit_id", "password", "last_login", "joined_on"
    )
    posts = Table(Post, "id", "unit_id", "code", "name", "tier", "is_risk_post", "is_key_post", "domain")
    names = list(Post.objects.filter(is_risk_post=True).values_list("name", "tier", "domain")[:60])
    user, post = users.first_key, posts.first_key
    people, made, duties = [], [], []
    for place in places:
        risky = -(-(place.points - place.own) // POINTS_OF_A_POST)
        for number in range(risky + int(risky * PLAIN_POSTS)):
            name, tier, domain = names[post % len(names)]
            is_risk = number < risky
            number_of = f"S{user:07}"
            people.append(
                (user, number_of, f"员{user}", f"yuan {user:07}", name[:40], "", place.unit, password, None, since)
            )
            called = f"{name[:40]}（{number + 1}）"
            code = f"{place.code}-S{number:04}"
            made.append((post, place.unit, code, called, tier, is_risk, is_risk and not post % 6, domain))
            duties += [(post, position, template[(post + position) % len(template)]) for position in (1, 2)]
            place.held.append((post, user, is_risk))
            user, post = user + 1, post + 1
    users.write(people)
    posts.write(made)
    Table(Duty, "post_id", "position", "text").write(duties)
    begun = [since.replace(year=since.year - step) for step in range(6)]
    Table(Incumbency, "post_id", "user_id", "since").write(
        (post, user, begun[user % len(begun)]) for place in places for post, user, _ in place.held
    )


def _roles(places, root, campaign, since):
    """Give the units that were added a head, a liaison, a leader in charge, a leading group and their place in the campaign."""
    new = [place for place in places if place.code.startswith("SC") and len(place.held) > 3]
    password = User.objects.order_by("pk").values_list("password", flat=True).first()
    leaders = User.objects.bulk_create(
        User(number=f"SL{number:03}", name=f"校领导{number}", unit=root, password=password)
        for number in range(-(-len(new) // UNITS_OF_A_LEADER))
    )
    Table(Appointment, "user_id", "unit_id", "role", "since").write(
        (user, place.unit, role, since)
        for number, place in enumerate(new)
        for role, user in (
            ("unit_head", place.held[0][1]),
            ("liaison", place.held[-1][1]),
            ("leader_in_charge", leaders[number // UNITS_OF_A_LEADER].pk),
        )
    )
    groups = Table(LeadingGroup, "id", "unit_id", "work_plan", "since")
    first = groups.first_key
    groups.write((first + number, place.unit, "", since) for number, place in enumerate(new))
    Table(GroupMember, "group_id", "user_id", "seat").write(
        (first + number, place.held[seat][1], kind)
        for number, place in enumerate(new)
        for seat, kind in enumerate(("leader", "deputy", "member"))
    )
    Table(Enrolment, "campaign_id", "unit_id", "enrolled_on").write(
        (campaign.pk, place.unit, campaign.opened_at.date()) for place in new
    )


def holders(places):
    """Yield ``(place, post, user)`` for every post with points."""
    for place in places:
        for post, user, is_risk in place.held:
            if is_risk:
                yield place, post, user
