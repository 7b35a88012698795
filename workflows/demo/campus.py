"""The demo's organisation: units, posts, people, roles and last year's leading groups.

It is written directly; no decision of the story changes it.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, cycle, islice, repeat

from registers.models import Appointment, DomainCharge, Duty, GroupMember, Incumbency, LeadingGroup, Post, Unit, User
from registers.schemes.language import Brings, Level
from workflows.demo.corpus import dice
from workflows.demo.people import LEADER, OFFICE_PERSONAS, REGISTRAR, SCHOOL_PERSONAS, UNIT_PERSONAS, Roster

ROOT_CODE = "DEMO"  # a database with a unit of this code holds a demo
HOME = "CW01"  # the home unit: the unit of the corpus whose people a visitor signs in as
# Units and people of each size.
BODY_LEADERS, BODY_HEADS = 3, 2
SIZES = {"school": (8, 72), "trial": (16, 300), "college": (40, 1000), "university": (80, 4000)}
RISK_SHARE = 1 / 3
HOME_RISK_POSTS = 11  # one for every state that a submission can be in
SMALLEST_UNIT, SMALLEST_HOME = 6, 16
UNITS_PER_LEADER = 7
# Ranks of the corpus, the highest first; some share a place.
RANKS = {"正处": 0, "副处": 0, "正科": 1, "副科": 1, "专业技术": 2, "科员": 3}
TIERS = {label: value for value, label in Post.Tier.choices}
BATCH = 500
EXCHANGED = (1, 12)  # month and day when somebody changes posts, where the rule book asks for audits of those who leave


@dataclass
class Seat:
    """One person's place in a unit, with the template that its post was made from."""

    template: dict
    is_risk: bool
    number: str | None = None
    user: User = None
    post: Post = None


@dataclass
class Place:
    """A unit with its facts and its people. Seat 0 is the head, 1 the deputy, 2 the group's next member."""

    unit: Unit
    facts: dict
    seats: list = field(default_factory=list)

    @property
    def is_home(self):
        return self.unit.code == HOME

    @property
    def is_office(self):
        return self.unit.code == self.facts["code"] and bool(self.facts.get("hosts_group_office"))

    @property
    def head(self):
        return self.seats[0]

    @property
    def liaison(self):
        """A colleague without a risk post, outside the leading group if possible."""
        return next((seat for seat in self.seats[3:] if not seat.is_risk), self.seats[-1])

    def group(self, size, *, skip=0):
        """The members of a leading group of ``size``: ``(seat, kind of seat)``.

        ``skip``: how many possible ordinary members to pass over.
        """
        ordinary = [seat for seat in self.seats[2 + skip :] if seat is not self.liaison][: size - 2]
        return [(self.head, "leader"), (self.seats[1], "deputy"), *((seat, "member") for seat in ordinary)]


class Campus:
    """Everything that exists before this year's campaign begins.

    ``make`` writes it, a few hundred rows per statement.
    """

    def __init__(self, *, scheme, corpus, words, year, size, seed):
        self.scheme, self.rules, self.corpus, self.words = scheme, scheme.rules, corpus, words
        self.year, self.seed = year, seed
        self.unit_count, self.people_count = SIZES[size]
        self.leader_count = max(2, self.unit_count // UNITS_PER_LEADER)
        self.roster = Roster(corpus, seed=seed, size=self.people_count)
        self.places, self.personas = [], {}
        self.since = date(year.number - 3, 9, 1)

    def make(self):
        self._units()
        self._seats()
        self._people()
        self._posts()
        self._roles()
        self._groups()

    # -- units -----------------------------------------------------------------------------------------
    def _units(self):
        self.root = Unit.objects.create(
            code=ROOT_CODE, name=self.rules.identity.institution, unit_type=Unit.Type.INSTITUTION
        )
        made = {}
        for position in range(self.unit_count):
            number, facts = divmod(position, len(self.corpus.units))
            facts = self.corpus.units[facts]
            # A large university has several of the kind: 护理学院（二）.
            tail, words = (f"-{number + 1}", f"（{'一二三四五'[number]}）") if number else ("", "")
            parent = made[facts["parent"] + tail] if facts["parent"] else self.root
            unit = Unit(
                code=facts["code"] + tail,
                name=facts["name"] + words,
                unit_type=facts["unit_type"],
                parent=parent,
                position=position + 1,
            )
            unit.save(force_insert=True)
            made[unit.code] = unit
            self.places.append(Place(unit, facts))

    # -- posts and who holds them ----------------------------------------------------------------------
    def _seats(self):
        school = self.leader_count + len(SCHOOL_PERSONAS)
        weights = [sum(template["headcount"] for template in self._templates(place)) for place in self.places]
        least = [SMALLEST_HOME if place.is_home else SMALLEST_UNIT for place in self.places]
        for place, count in zip(
            self.places, apportioned(self.people_count - school, weights, least=least), strict=True
        ):
            place.seats = self._seats_of(place, count)
        home = next((place for place in self.places if place.is_home), self.places[0])
        office = next((place for place in self.places if place.is_office), self.places[-1])
        other = next(place for place in self.places if place not in (home, office))
        holders = [seat for seat in home.seats[3:] if seat.is_risk]
        holders.sort(key=lambda seat: TIERS[seat.template["tier"]] != Post.Tier.STAFF)
        named = [holders[0], home.liaison, home.seats[1], home.head, holders[1]]
        for persona, seat in zip(UNIT_PERSONAS, named, strict=True):
            seat.number = persona.number
        for persona, seat in zip(
            OFFICE_PERSONAS, [seat for seat in office.seats[3:] if seat is not office.liaison], strict=False
        ):
            seat.number = persona.number
        other.seats[3].number = REGISTRAR.number
        self.home, self.office = home, office

    def _templates(self, place):
        facts, nested = place.facts, place.facts["parent"] is not None
        own = [template for template in self.corpus.posts if facts["code"] in template["units"]]
        kind = [
            template
            for template in self.corpus.generic_posts
            if facts["unit_type"] in template["unit_types"] and template["nested"] in (None, nested)
        ]
        return [
            template
            for template in own + kind
            if not template["is_head_post"] or template["name"] == facts["head_post"]
        ]

    def _seats_of(self, place, count):
        templates = self._templates(place)
        risky = [template for template in templates if template["is_risk_post"]]
        # The head first, then the other leading posts, then the rest as the corpus lists them.
        risky.sort(key=lambda template: (not template["is_head_post"], TIERS[template["tier"]] != Post.Tier.LEADING))
        plain = (
            [template for template in templates if not template["is_risk_post"]]
            or [template for template in risky if TIERS[template["tier"]] == Post.Tier.STAFF]
            or risky[1:]
        )
        least = HOME_RISK_POSTS if place.is_home else 5 if place.is_office else 4 if place.unit.position == 1 else 2
        wanted = min(max(round(count * RISK_SHARE), least), count - 2)
        return [Seat(template, True) for template in islice(_drawn(risky), wanted)] + [
            Seat(template, False) for template in islice(cycle(plain), count - wanted)
        ]

    def _people(self):
        for place in self.places:
            for seat in place.seats:
                seat.user = self.roster.person(
                    place.unit,
                    title=title_of(seat.template, place.facts),
                    rank=seat.template["rank"],
                    number=seat.number,
                )
        numbers = [LEADER.number, *(str(int(LEADER.number) + more) for more in range(1, self.leader_count))]
        self.leaders = [
            self.roster.person(self.root, title=self._role_words("leader_in_charge"), number=number)
            for number in numbers
        ]
        self.school = [
            self.roster.person(self.root, title=self._role_words(persona.seat), number=persona.number)
            for persona in SCHOOL_PERSONAS
        ]
        User.objects.bulk_create(self.roster.people, batch_size=BATCH)
        self.personas = {user.number: user for user in self.roster.people}

    def _role_words(self, role):
        return self.rules.roles.get(role, dict(Appointment.Role.choices)[role])

    def _posts(self):
        start = dice(self.seed, "incumbencies")
        posts, duties, held = [], [], []
        for place in self.places:
            seen = Counter()
            for number, seat in enumerate(place.seats, start=1):
                name = title_of(seat.template, place.facts)
                seen[name] += 1
                if seat.is_risk and seen[name] > 1:
                    name = f"{name}（{seen[name]}）"
                seat.post = Post(
                    unit=place.unit,
                    code=f"{place.unit.code}-{number:03d}",
                    name=name,
                    tier=TIERS[seat.template["tier"]],
                    is_risk_post=seat.is_risk,
                    is_key_post=seat.is_risk and seat.template["is_key_post"],
                    domain=self.words.domain(domains_of(seat.template, place.facts)[0]),
                )
                posts.append(seat.post)
                duties += [
                    Duty(post=seat.post, position=place_, text=text)
                    for place_, text in enumerate(seat.template["duties"], start=1)
                ]
                since = date(self.year.number - start.randint(2, 6), start.randint(1, 12), 1)
                held.append(Incumbency(post=seat.post, user=seat.user, since=since))
        held += self._exchanged(held)
        Post.objects.bulk_create(posts, batch_size=BATCH)
        Duty.objects.bulk_create(duties, batch_size=BATCH)
        Incumbency.objects.bulk_create(held, batch_size=BATCH)

    def _exchanged(self, held):
        """Let somebody change posts in January who left one that asks for an audit, and return who held that one before.

        So there is a leaving audit missing. None where the rule book asks for no audit.
        """
        asked = self.rules.duties.leaving_audit
        for place in self.places if asked else ():
            kept = [seat for seat in place.seats[3:] if seat.post.domain in asked.domains and not seat.number]
            if place.is_home or place.is_office or not kept or len(place.seats) < 5:
                continue
            left = kept[0]
            moved = next(seat for seat in place.seats[3:] if seat is not left)
            day = date(self.year.number, *EXCHANGED)
            for tenure in held:
                if tenure.post in (left.post, moved.post):
                    tenure.since = day
            return [Incumbency(post=left.post, user=moved.user, since=date(day.year - 4, 9, 1), until=day)]
        return []

    # -- roles -----------------------------------------------------------------------------------------
    def _roles(self):
        def role(user, unit, name):
            return Appointment(user=user, unit=unit, role=name, since=self.since)

        rows = []
        # The portfolio of the first leader begins with the home unit.
        ordered = sorted(self.places, key=lambda place: (not place.is_home, place.unit.position))
        share = -(-len(ordered) // len(self.leaders))
        kept = self._led_by_the_head()
        for position, place in enumerate(ordered):
            leader = kept.get(place.unit.pk) or self.leaders[position // share]
            rows += [
                role(place.head.user, place.unit, "unit_head"),
                role(place.liaison.user, place.unit, "liaison"),
                role(leader, place.unit, "leader_in_charge"),
            ]
        rows += [
            role(self.personas[persona.number], self.root, persona.seat)
            for persona in (*OFFICE_PERSONAS, *SCHOOL_PERSONAS, REGISTRAR)
        ]
        for body in self.rules.bodies.values():
            rows += [role(user, self.root, body.role) for user in self._body_members()]
        if any(task.level == Level.SCHOOL for task in self.rules.tasks):
            # A colleague of the office fills in the institution's own submissions.
            rows.append(role(self.personas[OFFICE_PERSONAS[1].number], self.root, "liaison"))
        Appointment.objects.bulk_create(rows, batch_size=BATCH)
        # The leaders share the domains but for the last, of which nobody is in charge yet.
        led = zip(self.rules.domains[:-1], cycle(self.leaders))
        DomainCharge.objects.bulk_create(
            DomainCharge(user=leader, domain=domain.code, since=self.since) for domain, leader in led
        )

    def _body_members(self):
        """Who sits in a body of the school beside its persona: leaders in charge, and heads of units as in R3-01."""
        others = [place for place in self.places if place not in (self.home, self.office)]
        return [*self.leaders[:BODY_LEADERS], *(place.head.user for place in others[:BODY_HEADS])]

    def _led_by_the_head(self):
        """Put one unit in a barred domain under the head of the institution: unit id → his user.

        The scheme keeps the head from that domain, so the demo shows the hint about it.
        """
        barred = self.rules.rotation.heads_kept_from
        for place in self.places:
            domains = {self.words.domain(domain) for domain in place.facts["domains"]}
            if place not in (self.home, self.office) and domains & set(barred):
                return {place.unit.pk: self.school[1]}
        return {}

    @property
    def group_size(self):
        rules = self.rules.groups.get("unit")
        return max(3, rules.min_members if rules else 3)

    def member_type(self, seat):
        """The scheme's word for a member by his rank.

        A scheme lists its member types from the highest rank down.
        """
        kinds = self.rules.groups["unit"].member_types if "unit" in self.rules.groups else []
        return kinds[min(RANKS[seat.template["rank"]], len(kinds) - 1)] if kinds else ""

    def _groups(self):
        """Write last year's leading groups.

        They are in force until this year's are filed, and for good where the scheme files none.
        """
        day = self.year.last(self.rules, Brings.GROUP)
        groups = [LeadingGroup(unit=place.unit, work_plan="", since=day) for place in self.places]
        LeadingGroup.objects.bulk_create(groups, batch_size=BATCH)
        # Where lists are filed every year, another colleague sits in this year's, so that the two differ.
        skip = int(any(task.brings == Brings.GROUP for task in self.rules.tasks))
        GroupMember.objects.bulk_create(
            [
                GroupMember(group=group, user=seat.user, seat=kind, member_type=self.member_type(seat))
                for group, place in zip(groups, self.places, strict=True)
                for seat, kind in place.group(self.group_size, skip=skip)
            ],
            batch_size=BATCH,
        )


def title_of(template, facts):
    """A post's name as it is shown. It is its holder's title as well."""
    return template.get("display", template["name"]).format(head_title=facts["head_title"])


def domains_of(template, facts):
    """The domains of a post: its own, else those of its unit."""
    return template["domains"] or facts["domains"]


def _drawn(templates):
    """Yield every template once, then again by its headcount, then ordinary ones without end."""
    more = [list(repeat(template, template["headcount"] - 1)) for template in templates if not template["is_head_post"]]
    ordinary = [template for template in templates if TIERS[template["tier"]] == Post.Tier.STAFF] or templates[1:]
    return chain(templates, chain.from_iterable(more), cycle(ordinary or templates))


def apportioned(total, weights, *, least):
    """Split ``total`` into whole numbers: each gets its ``least``, and the rest is shared by ``weights``."""
    free = total - sum(least)
    exact = [free * weight / sum(weights) for weight in weights]
    shares = [int(share) for share in exact]
    order = sorted(range(len(weights)), key=lambda place: exact[place] - shares[place], reverse=True)
    for place in order[: free - sum(shares)]:
        shares[place] += 1
    return [few + share for few, share in zip(least, shares, strict=True)]
