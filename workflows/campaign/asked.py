"""Who is asked and who is not, kept for a while where a school has many people (``registers.kept``).

How many they are by unit, for previews, and the list of them, each with the reason. What is made of them is of the moment: which
units can take part, names, posts. Whoever does something himself has them found anew.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from registers import kept
from registers.models import Scheme, Unit
from workflows import policies
from workflows.campaign import scoping

# Who organises people and may look for them.
ORGANISERS = ("office", "registrar", "school_group", "leader_in_charge", "unit_head", "liaison", "party_committee")


@dataclass
class Asked:
    """How many post holders are asked.

    ``people_in``, ``people_out``: unit id → how many are asked and not asked. ``personal``: (unit id, person id) of those asked, once
    for all who stand for nobody, whose person is None. ``why``: reason of those not asked → how many. ``counted_at``: the
    moment of these figures, None is now.
    """

    people_in: Counter = field(default_factory=Counter)
    people_out: Counter = field(default_factory=Counter)
    personal: list = field(default_factory=list)
    why: Counter = field(default_factory=Counter)
    counted_at: datetime | None = None


def count(rules, units, holding):
    """Return the ``Asked`` of ``units`` (ids). ``holding`` says of which day, and who stands for himself."""
    asked = Asked()
    for (unit, person, said), number in scoping.tallied(
        rules, units, on=holding.on, naming=sorted(holding.people)
    ).items():
        if said.is_in:
            asked.people_in[unit] += number
            asked.personal.append((unit, person))
        else:
            asked.people_out[unit] += number
            asked.why[said.reason] += number
    asked.personal = list(dict.fromkeys(asked.personal))
    return asked


def kept_count(actor, scheme, institution):
    """Return the same of all units of an institution, as it is kept for ``actor``."""
    know(actor, scheme, institution)
    found = kept.answer("asked", actor, scheme=scheme.pk, institution=institution.pk)
    figures = found.figures
    return Asked(
        Counter(dict(figures["people_in"])),
        Counter(dict(figures["people_out"])),
        [tuple(one) for one in figures["personal"]],
        Counter(figures["why"]),
        found.made_at,
    )


@kept.finder("asked", with_own_acts=True)
def of_institution(actor, *, scheme, institution):
    """Find the counts of a whole institution (its key) under a scheme (its key).

    For those who may prepare a campaign: they read them whatever their units are.
    """
    scheme, root = _known(actor, scheme, institution)
    asked = count(scheme.rules, scoping.units_of(root, on=actor.on), policies.Holding.of(actor))
    return {
        "people_in": list(asked.people_in.items()),
        "people_out": list(asked.people_out.items()),
        "personal": asked.personal,
        "why": asked.why,
    }, []


def know(actor, scheme, institution):
    """Note what a page has read, so that nothing of it is read again for what ``actor`` asks here."""
    actor.memory[know, scheme.pk, institution.pk] = scheme, institution


def _known(actor, scheme, institution):
    """Return the scheme and the institution of these keys."""
    found = actor.memory.get((know, scheme, institution))
    return found or (Scheme.objects.get(pk=scheme), Unit.objects.get(pk=institution))


def organised_by(actor, institution):
    """Return the ids of the units of an institution whose people the reader organises."""
    key = organised_by, institution.pk
    if key not in actor.memory:
        there = scoping.units_of(institution, on=actor.on)
        actor.memory[key] = actor.unit_ids(*ORGANISERS) & set(there)
    return actor.memory[key]


@kept.finder("everybody", with_own_acts=True)
def everybody(actor, *, scheme, institution, unit, scope, q=""):
    """Find all people that the reader organises: post holders by unit and post, then those without a post.

    ``scheme``, ``institution``: keys. ``unit``: the code of a unit, empty for all. ``scope``: only those asked (``in``) or not (``out``).
    ``q``: part of a name, or a number. Rows are [incumbency id or None, person id, is asked, reason]. The figures count those ``in``
    and ``out``, whatever the scope.
    """
    scheme, root = _known(actor, scheme, institution)
    mine = organised_by(actor, root)
    units = Unit.objects.visible_to(actor).filter(pk__within=mine)
    chosen = units.filter(code=unit) if unit else units
    held = scoping.holders_of_posts(chosen, on=actor.on)
    others = scoping.without_post(chosen, on=actor.on, elsewhere=root.pk in mine and not unit)
    held = scoping.judged_by_key(scheme.rules, held.order_by("post__unit__position", "post__code", "pk"))
    if q:
        held = [row for row in held if q.lower() in row[1].lower() or q == row[2]]
        others = others.filter(Q(name__icontains=q) | Q(number=q))
    rows = [[pk, None, said.is_in, said.reason] for pk, _, _, said in held]
    for user in others:
        said = scoping.not_asked(user, on=actor.on)
        rows.append([None, user.pk, said.is_in, said.reason])
    asked = sum(row[2] for row in rows)
    counts = {"in": asked, "out": len(rows) - asked}
    return counts, [row for row in rows if scope not in counts or row[2] == (scope == "in")]
