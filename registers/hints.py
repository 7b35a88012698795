"""防控提示: hints on rotation and on separation of duties.

Who has held a post for long enough, and which duties should not lie with one person. Each hint says its reason; none
refuses anything.
Source: R1-39, R1-40, R3-27, R4-05, R4-06, R4-09.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Q

from registers import clock, kept
from registers.models import Appointment, DomainCharge, Incumbency, Post, PowerItem, Scheme, Unit
from registers.models.spans import is_closed
from registers.policies import HINTED

KINDS = {
    "post_term": "任职期限",
    "leader_term": "分管期限",
    "own_check": "自办自审",
    "one_hand": "全程一人",
    "mixed_powers": "权力未分开",
    "head_in_charge": "一把手直接分管",
}
# About the leaders of the institution: for the office and the leader himself.
ABOUT_LEADERS = ("leader_term", "head_in_charge")
FLAGS = {"risk_post": ("is_risk_post", "风险岗位"), "key_post": ("is_key_post", "重点岗位"), None: ("", "岗位")}
UNWRITTEN = "（年限为通行做法，方案原文未写明）"


@dataclass(frozen=True)
class Hint:
    """One hint about a unit, a post, a power or a person.

    ``reason`` says what it rests on, ``remedy`` what to do about it.
    ``due``: the day since which it holds, None where no day matters; ``coming``: that day is still ahead.
    """

    kind: str
    unit: Unit
    subject: str
    reason: str
    remedy: str
    person_ids: frozenset = frozenset()
    post: Post | None = None
    power: PowerItem | None = None
    due: object = None
    coming: bool = False

    @property
    def label(self):
        """The kind of hint in words."""
        return KINDS[self.kind]


def hints(rules, units, *, on):
    """Return all hints about ``units`` as of the day ``on`` under a scheme.

    A constant number of queries.
    """
    leaders = rules.rotation.leader_terms is not None or bool(rules.rotation.heads_kept_from)
    facts = Facts(units, on, leaders=leaders)
    listed = []
    for look in (_head_in_charge, _leader_term, _own_check, _one_hand, _mixed_powers, _post_term):
        listed += look(rules.rotation, facts, rules)
    return listed


def for_reader(listed, actor):
    """Keep those of ``listed`` that this person may read.

    Hints about leaders are for the office, the registrar and the leaders they are about.
    """
    wide = actor.unit_ids("office", "registrar")
    return [
        hint
        for hint in listed
        if hint.kind not in ABOUT_LEADERS or hint.unit.pk in wide or actor.user_id in hint.person_ids
    ]


@kept.finder("hints")
def read_by(actor, *, unit="", kind=""):
    """Find the hints that this person may read about the units he answers for, for ``kept``.

    Counts by kind; the rows are those of a ``kind`` as the list shows them. ``unit``: code of a unit, with all below it.
    """
    scheme = Scheme.objects.visible_to(actor).in_use()
    if scheme is None:
        return {}, []
    units = units_of(actor)
    units = units.subtree(unit) if unit else units
    listed = for_reader(hints(scheme.rules, list(units), on=actor.on), actor)
    return Counter(hint.kind for hint in listed), [_row(hint) for hint in listed if kind in ("", hint.kind)]


def units_of(actor):
    """Return the units whose hints this person may read."""
    return Unit.objects.visible_to(actor).existing(actor.on).filter(pk__within=actor.unit_ids(*HINTED))


def _row(hint):
    """A hint as plain values."""
    return {
        "label": hint.label,
        "coming": hint.coming,
        "subject": hint.subject,
        "reason": hint.reason,
        "remedy": hint.remedy,
        "unit": {"code": hint.unit.code, "name": hint.unit.name},
        "post": {"code": hint.post.code} if hint.post else None,
        "power": {"series": str(hint.power.series)} if hint.power else None,
    }


class Facts:
    """What the register says of some units on a day, read once.

    Who leads the units is read only if ``leaders`` is true.
    """

    def __init__(self, units, on, *, leaders):
        self.on = on
        self.units = {unit.pk: unit for unit in units if not is_closed(unit, on)}
        posts = Post.objects.existing(on).filter(unit__in=self.units).order_by("unit__position", "unit__code", "code")
        self.posts = {post.pk: post for post in posts}
        self.holders = {}  # post → incumbencies
        for row in _held(self.units, on):
            self.holders.setdefault(row.post_id, []).append(row)
        self.by_name = {(post.unit_id, post.name): post for post in self.posts.values()}
        self.powers = list(
            PowerItem.objects.in_force(on)
            .filter(unit__in=self.units)
            .prefetch_related("steps")
            .order_by("unit__position", "unit__code", "pk")
        )
        self.leading, self.charges, self.school_heads = self._leaders() if leaders else ([], [], set())

    def _leaders(self):
        """Return who is in charge of the units, who of domains, and who heads the institution.

        Domains are the institution's, so they are asked with it.
        """
        led = Q(role="leader_in_charge", unit__in=self.units)
        heads = Q(role__in=["unit_head", "party_committee"], unit__parent=None)
        rows = list(
            Appointment.objects.in_force(self.on)
            .filter(led | heads)
            .select_related("user")
            .order_by("unit__position", "unit__code", "pk")
        )
        in_charge = [row for row in rows if row.role == "leader_in_charge"]
        charges = DomainCharge.objects.in_force(self.on).select_related("user").order_by("pk") if self.root else ()
        return in_charge, list(charges), {row.user_id for row in rows if row.role != "leader_in_charge"}

    @property
    def root(self):
        """The institution, None where it is not among the units."""
        return next((unit for unit in self.units.values() if unit.parent_id is None), None)

    def hand(self, post):
        """Return a key for who does the work of a post: its one holder, else the post itself.

        Where several hold a post none of them has all of its work in his hand.
        """
        held = self.holders.get(post.pk, [])
        return ("user", held[0].user_id) if len(held) == 1 else ("post", post.pk)

    def person(self, post):
        """Return the names of a post's holders, or an empty text while it is vacant."""
        return "、".join(row.user.name for row in self.holders.get(post.pk, []))

    def ids(self, *posts):
        return frozenset(row.user_id for post in posts for row in self.holders.get(post.pk, []))

    def steps(self, item):
        """Return ``(step, post)`` for the steps of a power that are taken by a post of its unit."""
        taken = [(step, self.by_name.get((item.unit_id, step.post_name))) for step in item.steps.all()]
        return [(step, post) for step, post in taken if post is not None]

    def in_words(self, post):
        """A post with its holder, in words."""
        person = self.person(post)
        return f"{post.name}（{person}）" if person else post.name


def _held(units, on):
    held = Incumbency.objects.in_force(on).filter(post__unit__in=units)
    return held.select_related("user").order_by("since", "pk")


def _post_term(rotation, facts, rules):
    """Hint at holders who have been in a post for as long as the scheme allows, or nearly.

    Source: R1-40, R4-09.
    """
    if rotation.post_years is None:
        return
    flag, noun = FLAGS[rotation.flag]
    for post in facts.posts.values():
        if flag and not getattr(post, flag):
            continue
        yield from _terms_of(post, noun, rotation, facts)


def _terms_of(post, noun, rotation, facts):
    for held in facts.holders.get(post.pk, []):
        due = clock.months_after(held.since, 12 * rotation.post_years)
        if clock.months_after(due, -rotation.alert_months) > facts.on:
            continue
        coming = due > facts.on
        years = clock.whole_years(held.since, facts.on)
        passed = f"将于 {due} 满 {rotation.post_years} 年" if coming else f"已满 {years} 年"
        yield Hint(
            "post_term",
            facts.units[post.unit_id],
            f"{post.name}（{held.user.name}）",
            f"方案要求{noun}定期轮岗交流，任职满 {rotation.post_years} 年应当轮岗{_unwritten(rotation)}；"
            f"{held.user.name}自 {held.since} 任该岗位，{passed}。",
            "请提前研究轮岗人选。" if coming else "请研究轮岗交流；暂不轮岗的，加强监督检查并说明理由。",
            frozenset([held.user_id]),
            post,
            due=due,
            coming=coming,
        )


def _leader_term(rotation, facts, rules):
    """Hint at leaders who have had a portfolio for as many terms as the scheme allows. Source: R4-06."""
    if rotation.leader_terms is None:
        return
    years = rotation.leader_terms * rotation.term_years
    portfolios, called = defaultdict(list), {domain.code: domain.label for domain in rules.domains}
    for row in (*facts.leading, *facts.charges):
        portfolios[row.user_id, row.since].append(row)
    for (user, since), rows in portfolios.items():
        due = clock.months_after(since, 12 * years)
        if clock.months_after(due, -rotation.alert_months) > facts.on:
            continue
        coming = due > facts.on
        passed = f"将于 {due} 满 {rotation.leader_terms} 届" if coming else f"已满 {rotation.leader_terms} 届"
        units = [facts.units[row.unit_id] for row in rows if isinstance(row, Appointment)]
        domains = [called.get(row.domain, row.domain) for row in rows if isinstance(row, DomainCharge)]
        unit = units[0] if units else facts.root
        led = "、".join(filter(None, (_several(units, "单位"), _several(domains, "领域"))))
        yield Hint(
            "leader_term",
            unit,
            rows[0].user.name,
            f"方案要求领导分工定期调整，一般不超过 {rotation.leader_terms} 届（{years} 年）{_unwritten(rotation)}；"
            f"{rows[0].user.name}自 {since} 分管{led}，{passed}。",
            "请在调整领导分工时一并考虑。",
            frozenset([user]),
            due=due,
            coming=coming,
        )


def _several(names, noun):
    """Name the first of several and how many they are: 财务处等 2 个单位."""
    return f"{names[0]}等 {len(names)} 个{noun}" if len(names) > 1 else "".join(map(str, names))


def _head_in_charge(rotation, facts, rules):
    """Hint at heads who take charge of a domain that the scheme keeps them from, or of a unit in it. Source: R4-05."""
    domains_kept = {d.code: d.label for d in rules.domains if d.code in rotation.heads_kept_from}
    heads = [row for row in facts.leading if row.user_id in facts.school_heads]
    for row in facts.charges:
        if row.user_id in facts.school_heads and row.domain in domains_kept:
            said = f"{row.user.name}登记为分管{domains_kept[row.domain]}领域。"
            yield _led_by_a_head(facts.root, row, domains_kept, said)
    if not domains_kept or not heads:
        return
    domains = defaultdict(set)
    for thing in (*facts.posts.values(), *facts.powers):
        if thing.domain in domains_kept:
            domains[thing.unit_id].add(thing.domain)
    for row in heads:
        if not domains[row.unit_id]:
            continue
        unit = facts.units[row.unit_id]
        named = "、".join(label for code, label in domains_kept.items() if code in domains[row.unit_id])
        yield _led_by_a_head(unit, row, domains_kept, f"{row.user.name}直接分管{unit}，该单位涉及{named}。")


def _led_by_a_head(unit, row, domains_kept, said):
    return Hint(
        "head_in_charge",
        unit,
        row.user.name,
        f"方案要求党政“一把手”不直接分管{'、'.join(domains_kept.values())}；{said}",
        "请调整分工，由其他领导分管，一把手末位表态、加强监督。",
        frozenset([row.user_id]),
    )


def _own_check(rotation, facts, rules):
    """Hint at people who take a step and also a later step that checks it. Source: R1-39."""
    if not rotation.separation:
        return
    for item in facts.powers:
        taken = facts.steps(item)
        named = set()
        for place, (step, post) in enumerate(taken):
            hand = facts.hand(post)
            earlier = next(((s, p) for s, p in taken[:place] if facts.hand(p) == hand), None)
            if earlier is None or hand in named or not any(word in step.procedure for word in rotation.checks):
                continue
            named.add(hand)
            first, before = earlier
            both = (
                facts.in_words(post)
                if before.pk == post.pk
                else f"{facts.in_words(before)}与{facts.in_words(post)}同为一人"
            )
            yield Hint(
                "own_check",
                facts.units[item.unit_id],
                item.name,
                f"同一流程的不同环节应当相互监督制约；{both}，既办理第 {first.position} 步“{first.procedure}”，"
                f"又办理第 {step.position} 步“{step.procedure}”。",
                "请将两步分由不同人员办理；确有困难的，增加复核人并留痕。",
                facts.ids(before, post),
                post,
                item,
            )


def _one_hand(rotation, facts, rules):
    """Hint at processes of several steps that all lie with one person. Source: R1-39."""
    if not rotation.separation:
        return
    for item in facts.powers:
        taken = facts.steps(item)
        if len(taken) < 2 or len(taken) < len(item.steps.all()) or len({facts.hand(post) for _, post in taken}) > 1:
            continue
        posts = list({post.pk: post for _, post in taken}.values())
        yield Hint(
            "one_hand",
            facts.units[item.unit_id],
            item.name,
            f"同一流程的不同环节应当相互监督制约；该事项的 {len(taken)} 个步骤都由{'、'.join(map(facts.in_words, posts))}一人办理。",
            "请增加审核或复核环节，由另一岗位办理。",
            facts.ids(*posts),
            posts[0],
            item,
        )


def _mixed_powers(rotation, facts, rules):
    """Hint at people accountable in one domain for powers of different kinds.

    The kinds are deciding, carrying out and supervising. Source: R1-39, R4-20.
    """
    if not rotation.separation:
        return
    labels = {domain.code: domain.label for domain in rules.domains}
    held = defaultdict(list)
    for item in facts.powers:
        post = facts.posts.get(item.accountable_post_id)
        if post is not None and item.domain and item.kind:
            held[item.unit_id, item.domain, facts.hand(post)].append((item, post))
    for (unit, domain, _), pairs in held.items():
        by_kind = {}
        for item, _ in pairs:
            by_kind.setdefault(item.kind, item)
        if len(by_kind) < 2:
            continue
        posts = list({post.pk: post for _, post in pairs}.values())
        who = "、".join(map(facts.in_words, posts))
        named = "；".join(f"{item.get_kind_display()}：{item.name}" for item in by_kind.values())
        yield Hint(
            "mixed_powers",
            facts.units[unit],
            who,
            f"决策权、执行权、监督权应当相互制约；{who}在“{labels.get(domain, domain)}”领域同时负责不同性质的权力（{named}）。",
            "请将其中一项改由其他岗位负责，或增加集体研究、复核环节。",
            facts.ids(*posts),
            posts[0],
        )


def _unwritten(rotation):
    return UNWRITTEN if rotation.inferred else ""
