"""The plan of the demo's organisation: units, posts, people, roles and leading groups.

Nothing is written here. ``founding`` brings the plan on record as an institution does.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, cycle, islice, repeat

from registers.models import Post, Unit, User
from registers.schemes.language import Level
from workflows.demo import founding
from workflows.demo.corpus import dice
from workflows.demo.people import (
    LEADER,
    OFFICE_PERSONAS,
    REGISTRAR,
    SCHOOL_PERSONAS,
    UNIT_PERSONAS,
    Person,
    Roster,
    role_words,
)
from workflows.demo.rules import Regulations

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


@dataclass(eq=False)
class Seat:
    """One person's place in a unit, with the template that its post was made from.

    ``holder``: the seat whose person holds the post at first, None where nobody does. ``user`` and ``post`` are there once the campus is
    on record.
    """

    template: dict
    is_risk: bool
    number: str | None = None
    person: Person = None
    code: str = ""
    name: str = ""
    domain: str = ""
    since: date = None
    holder: "Seat" = None
    user: User = None
    post: Post = None

    @property
    def tier(self):
        return TIERS[self.template["tier"]]


@dataclass(eq=False)
class Place:
    """A unit with its facts and its people. Seat 0 is the head, 1 the deputy, 2 the group's next member.

    ``above``: code of the unit above, empty for the school. ``unit`` is there once the campus is on record.
    """

    code: str
    name: str
    above: str
    facts: dict
    position: int
    seats: list = field(default_factory=list)
    unit: Unit = None

    @property
    def is_home(self):
        return self.code == HOME

    @property
    def is_office(self):
        return self.code == self.facts["code"] and bool(self.facts.get("hosts_group_office"))

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

    It is planned at once, and ``make`` brings it on record. ``institution``: the name of the school, that of the rule book unless it is
    changed before.
    """

    def __init__(self, *, scheme, corpus, words, year, size, seed):
        self.scheme, self.rules, self.corpus, self.words = scheme, scheme.rules, corpus, words
        self.year, self.seed = year, seed
        self.institution = self.rules.identity.institution
        self.unit_count, self.people_count = SIZES[size]
        self.leader_count = max(2, self.unit_count // UNITS_PER_LEADER)
        self.since = date(year.number - 3, 9, 1)
        self.places, self.exchange = self._places(), ()
        self._seats()
        self._people()
        self._posts()
        self.regulations = Regulations(self)
        self.root, self.personas = None, {}  # the school's unit, and number → user, once the campus is on record

    def make(self):
        """Bring all of it on record."""
        founding.establish(self)

    # -- units -----------------------------------------------------------------------------------------
    def _places(self):
        places = []
        for position in range(self.unit_count):
            number, facts = divmod(position, len(self.corpus.units))
            facts = self.corpus.units[facts]
            # A large university has several of the kind: 护理学院（二）.
            tail, words = (f"-{number + 1}", f"（{'一二三四五'[number]}）") if number else ("", "")
            above = facts["parent"] + tail if facts["parent"] else ""
            places.append(Place(facts["code"] + tail, facts["name"] + words, above, facts, position + 1))
        return places

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
        least = HOME_RISK_POSTS if place.is_home else 5 if place.is_office else 4 if place.position == 1 else 2
        wanted = min(max(round(count * RISK_SHARE), least), count - 2)
        return [Seat(template, True) for template in islice(_drawn(risky), wanted)] + [
            Seat(template, False) for template in islice(cycle(plain), count - wanted)
        ]

    def _people(self):
        roster = Roster(self.corpus, seed=self.seed, size=self.people_count)
        for place in self.places:
            for seat in place.seats:
                title = title_of(seat.template, place.facts)
                seat.person = roster.person(place.code, title=title, rank=seat.template["rank"], number=seat.number)
        numbers = [LEADER.number, *(str(int(LEADER.number) + more) for more in range(1, self.leader_count))]
        title = role_words(self.rules, "leader_in_charge")
        self.leaders = [roster.person("", title=title, number=number) for number in numbers]
        self.school = [
            roster.person("", title=role_words(self.rules, persona.seat), number=persona.number)
            for persona in SCHOOL_PERSONAS
        ]
        self.people = {person.number: person for person in roster.people}

    def _posts(self):
        start = dice(self.seed, "incumbencies")
        for place in self.places:
            seen = Counter()
            for number, seat in enumerate(place.seats, start=1):
                name = title_of(seat.template, place.facts)
                seen[name] += 1
                if seat.is_risk and seen[name] > 1:
                    name = f"{name}（{seen[name]}）"
                seat.code, seat.name = f"{place.code}-{number:03d}", name
                seat.domain = self.words.domain(domains_of(seat.template, place.facts)[0])
                seat.since = date(self.year.number - start.randint(2, 6), start.randint(1, 12), 1)
                seat.holder = seat
        self._plan_exchange()

    def _plan_exchange(self):
        """Choose somebody who leaves a post that asks for an audit, so that there is a leaving audit missing.

        In January another person follows him, and he takes that person's place. Nobody where the rule book asks for no audit.
        """
        asked = self.rules.duties.leaving_audit
        for place in self.places if asked else ():
            kept = [seat for seat in place.seats[3:] if seat.domain in asked.domains and not seat.number]
            if place.is_home or place.is_office or not kept or len(place.seats) < 5:
                continue
            left = kept[0]
            moved = next(seat for seat in place.seats[3:] if seat is not left)
            left.holder, left.since, moved.holder = moved, date(self.year.number - 4, 9, 1), None
            self.exchange = (left, moved)
            return

    def seated(self):
        """Yield all seats, each with its place."""
        for place in self.places:
            for seat in place.seats:
                yield place, seat

    # -- roles -----------------------------------------------------------------------------------------
    def roles(self):
        """Return who holds which role, each once, as ``(person, role, code of the unit)``.

        The code of the school is empty.
        """
        rows = []
        # The portfolio of the first leader begins with the home unit.
        ordered = sorted(self.places, key=lambda place: (not place.is_home, place.position))
        share = -(-len(ordered) // len(self.leaders))
        kept = self._led_by_the_head()
        for position, place in enumerate(ordered):
            leader = kept.get(place.code) or self.leaders[position // share]
            rows += [
                (place.head.person, "unit_head", place.code),
                (place.liaison.person, "liaison", place.code),
                (leader, "leader_in_charge", place.code),
            ]
        rows += [
            (self.people[persona.number], persona.seat, "")
            for persona in (*OFFICE_PERSONAS, *SCHOOL_PERSONAS, REGISTRAR)
        ]
        for body in self.rules.bodies.values():
            rows += [(person, body.role, "") for person in self._body_members()]
        if any(task.level == Level.SCHOOL for task in self.rules.tasks):
            # A colleague of the office fills in the institution's own submissions.
            rows.append((self.people[OFFICE_PERSONAS[1].number], "liaison", ""))
        return list(dict.fromkeys(rows))

    def charges(self):
        """Yield the leaders with the domains that they are in charge of (codes).

        They share all but the last, of which nobody is in charge yet.
        """
        for domain, leader in zip(self.rules.domains[:-1], cycle(self.leaders)):
            yield leader, domain.code

    def _body_members(self):
        """Who sits in a body of the school beside its persona: leaders in charge, and heads of units as in R3-01."""
        others = [place for place in self.places if place not in (self.home, self.office)]
        return [*self.leaders[:BODY_LEADERS], *(place.head.person for place in others[:BODY_HEADS])]

    def _led_by_the_head(self):
        """Put one unit in a barred domain under the head of the institution: code of the unit → the head.

        The scheme keeps the head from that domain, so the demo shows the hint about it.
        """
        barred = self.rules.rotation.heads_kept_from
        for place in self.places:
            domains = {self.words.domain(domain) for domain in place.facts["domains"]}
            if place not in (self.home, self.office) and domains & set(barred):
                return {place.code: self.school[1]}
        return {}

    # -- leading groups --------------------------------------------------------------------------------
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
