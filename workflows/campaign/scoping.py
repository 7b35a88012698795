"""Who owes what under a rule book, with the reason in words for everybody asked or not asked.

Source: R1-01, R2-01, R3-04, R4-20.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cache

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Value, When

from registers.models import Appointment, Incumbency, Post, Unit, User
from registers.models.spans import existing_on, is_closed
from registers.schemes.language import Level

EVERYBODY = "全体人员"
NO_POST = "没有登记岗位。个人表按岗位填报；应填报的，请管理员登记其岗位"
NO_UNIT = "所在单位没有登记或已撤销。应填报的，请管理员登记其现在的单位和岗位"


@dataclass(frozen=True)
class Judgement:
    """Whether a post holder owes personal submissions, and the reason in words."""

    is_in: bool
    reason: str


def judge(rules, incumbency):
    """Judge one post and its holder by the rule book's scope, naming the condition that decided."""
    if not rules.scope.any_of:
        return Judgement(True, rules.scope.text or EVERYBODY)
    missing = []
    for alternative in rules.scope.any_of:
        facts = [fact for condition in alternative for fact in _facts(rules, condition, incumbency)]
        if all(holds for holds, _ in facts):
            return Judgement(True, "、".join(words for _, words in facts) or rules.scope.text)
        missing.append("、".join(words for holds, words in facts if not holds))
    return Judgement(False, "；".join(dict.fromkeys(missing)))


def _facts(rules, condition, incumbency):
    """``(holds, words)`` of every part of a condition."""
    post, user = incumbency.post, incumbency.user
    if condition.post_flag:
        field = post._meta.get_field(f"is_{condition.post_flag}")
        holds = getattr(post, field.name)
        yield holds, field.verbose_name if holds else f"岗位不是{field.verbose_name}"
    if condition.rank_at_least:
        # A rank that the scheme does not list is below all of them.
        wanted, ranks = condition.rank_at_least, rules.ranks
        holds = user.rank in ranks and ranks.index(user.rank) >= ranks.index(wanted)
        yield holds, f"职级{user.rank}" if holds else f"职级{user.rank or '未登记'}，未达到{wanted}"
    if condition.unit_types:
        holds, label = post.unit.unit_type in condition.unit_types, post.unit.get_unit_type_display()
        yield holds, label if holds else f"所在单位属于{label}"
    if condition.party_member is not None:
        holds = user.is_party_member == condition.party_member
        yield holds, "中共党员" if user.is_party_member else "非中共党员"


def holders_of_posts(units, *, on):
    """The incumbencies in ``units`` (ids) on the day ``on``, with post, unit and person.

    Closed units, closed posts and disabled accounts are left out.
    """
    return _posts_held(on).filter(post__unit__in=units).select_related("post__unit", "user").order_by("pk")


def disabled_holders(units, *, on):
    """Return ``(post, person)`` ids of the holders of posts in ``units`` (ids) whose account is disabled."""
    rows = _posts_taken(on).filter(post__unit__in=units, user__is_active=False).order_by()
    return set(rows.values_list("post_id", "user_id"))


def _posts_held(on):
    return _posts_taken(on).filter(user__is_active=True)


def _posts_taken(on):
    return Incumbency.objects.in_force(on).filter(existing_on(on, "post"), existing_on(on, "post__unit"))


def without_post(units, *, on, elsewhere=False):
    """The people of ``units`` (ids) who hold no post that there still is on the day ``on``, by unit.

    Leaders in charge and members of a committee are often among them. ``elsewhere``: also those whose unit is closed or not on
    record, who would be on nobody's list.
    """
    people = Q(unit__in=units)
    if elsewhere:
        people |= Q(unit=None) | ~existing_on(on, "unit")
    # Asked of each person, so that the holders of all posts are not read for the people of a few units.
    found = User.objects.filter(people, ~Exists(_posts_held(on).filter(user=OuterRef("pk"))), is_active=True)
    return found.select_related("unit").order_by("unit__position", "unit__code", "number")


def not_asked(user, *, on):
    """Judge somebody without a post."""
    gone = user.unit is None or is_closed(user.unit, on)
    return Judgement(False, NO_UNIT if gone else NO_POST)


def _answered_by(name):
    return Judgement(False, f"该岗位由{name}填报")


def judged(rules, holders):
    """Return ``[(incumbency, Judgement)]`` of all ``holders`` (incumbencies).

    Of a post that several hold, whoever has held it longest may fill the sheets for all, as the rule book says.
    """
    holders, first = list(holders), {}
    for held in sorted(holders, key=lambda held: (held.since, held.pk)):
        first.setdefault(held.post_id, held)
    alone = rules.scope.several_holders == "first"
    return [
        (held, _answered_by(first[held.post_id].user))
        if alone and first[held.post_id].pk != held.pk
        else (held, judge(rules, held))
        for held in holders
    ]


# What ``judge`` looks at, so that those alike in all of it are judged once.
_LOOKED_AT = ("post__is_risk_post", "post__is_key_post", "post__unit__unit_type", "user__rank", "user__is_party_member")
LONGEST = "任职最久的人"


def _judging(rules):
    """Return ``judge`` of the values of ``_LOOKED_AT``; it remembers what it has said."""

    @cache
    def said(facts):
        is_risk, is_key, unit_type, rank, is_party_member = facts
        post = Post(unit=Unit(unit_type=unit_type), is_risk_post=is_risk, is_key_post=is_key)
        return judge(rules, Incumbency(post=post, user=User(rank=rank, is_party_member=is_party_member)))

    return said


def judged_by_key(rules, holders):
    """Return ``[(incumbency id, name, number, Judgement)]`` of a query of ``holders``.

    The judgements are those of ``judged``, from plain values, those who are alike judged once.
    """
    said, first = _judging(rules), {}
    rows = list(holders.values_list("pk", "since", "post", "user__name", "user__number", *_LOOKED_AT))
    if rules.scope.several_holders == "first":
        for pk, since, post, name, *_ in rows:
            first[post] = min(first.get(post, (since, pk, name)), (since, pk, name))
    return [
        (pk, name, number, _answered_by(first[post][2]))
        if first and first[post][1] != pk
        else (pk, name, number, said(tuple(facts)))
        for pk, _, post, name, number, *facts in rows
    ]


def tallied(rules, units, *, on, naming=()):
    """Count the holders of posts in ``units`` (ids) by what ``judge`` says of them.

    Returns ``(unit id, person id or None, Judgement)`` → how many: what ``judged`` says, counted in the database, whatever
    their number. ``naming``: ids of the people who stand for themselves; all others are None. Nobody is named in a reason.
    """
    held = _posts_held(on).filter(post__unit__in=units).order_by()
    who = Case(When(user__within=naming, then="user"), default=None) if naming else Value(None, IntegerField())
    longer = Q(since__lt=OuterRef("since")) | Q(since=OuterRef("since"), pk__lt=OuterRef("pk"))
    alone = rules.scope.several_holders == "first"
    after = Exists(_posts_held(on).filter(longer, post=OuterRef("post"))) if alone else Value(False)
    rows = held.annotate(who=who, after=after).values_list("post__unit", "who", "after", *_LOOKED_AT)
    said, counts = _judging(rules), Counter()
    for unit, person, comes_after, *facts, number in rows.annotate(number=Count("pk")):
        counts[unit, person, _answered_by(LONGEST) if comes_after else said(tuple(facts))] += number
    return counts


def in_scope(rules, units, *, on):
    """The incumbencies in ``units`` (ids) whose holders owe personal submissions on the day ``on``."""
    return [held for held, said in judged(rules, holders_of_posts(units, on=on)) if said.is_in]


def units_of(institution, *, on):
    """Ids of the institution's units that exist on the day ``on``, the institution included."""
    return list(institution.descendants(include_self=True).existing(on).values_list("pk", flat=True))


def answerable(units, *, on):
    """Keep those of ``units`` (ids) that owe unit submissions: they have a head of their own.

    The institution itself owes none of these.
    """
    headed = Appointment.objects.in_force(on).filter(role="unit_head").values("unit")
    owing = Unit.objects.existing(on).filter(pk__in=units, parent__isnull=False).filter(pk__in=headed)
    return list(owing.values_list("pk", flat=True))


def subjects(rules, institution, units, *, on):
    """List whose submissions there are in ``units`` (ids): level → dicts of fields of a submission."""
    return {
        Level.PERSONAL: [
            {"unit_id": held.post.unit_id, "post_id": held.post_id, "person_id": held.user_id}
            for held in in_scope(rules, units, on=on)
        ],
        Level.UNIT: [{"unit_id": unit} for unit in answerable(units, on=on)],
        Level.SCHOOL: [{"unit_id": institution.pk}] if institution.pk in units else [],
    }
