"""Last year's register: power items, graded risk points and measures, loaded as history."""

import uuid
from collections import Counter

from registers import grading, versions
from registers.models import (
    ControlMeasure,
    Grade,
    GroupMember,
    LeadingGroup,
    PowerItem,
    ProcessStep,
    RiskCategory,
    RiskPoint,
)
from registers.schemes.language import Brings, Level
from workflows.demo.campus import domains_of
from workflows.demo.corpus import dice

POINTS_PER_POST = (6, 10)
POINTS_PER_UNIT = 12
PER_CATEGORY = 2
BATCH = 500


class Register:
    """The register of every post and unit a year ago, and what is kept back to be added this year.

    ``spare``: code of a post or unit → risks of its own that it has not filed yet. ``spare_powers`` likewise for
    power items.
    """

    def __init__(self, campus):
        self.campus, self.corpus, self.words = campus, campus.corpus, campus.words
        self.rules = campus.rules
        self._categories = {row.code: row for row in RiskCategory.objects.filter(scheme=campus.scheme)}
        self._grades = {row.code: row for row in Grade.objects.filter(scheme=campus.scheme)}
        self._series = dice(campus.seed, "series")
        self._used = Counter()
        self.regulations = campus.regulations
        self.spare, self.spare_powers = {}, {}

    def make(self):
        """Write last year's register and leading groups, and return the number of points.

        Measures are the risks' own, one for each stage of the scheme.
        """
        filed = self.campus.year.last
        self._make_groups(filed(self.rules, Brings.GROUP))
        items, steps, domains = [], [], []
        for place in self.campus.places:
            for number, (power, held_back) in enumerate(self._powers_of(place), start=1):
                if held_back:
                    self.spare_powers.setdefault(place.unit.code, []).append(power)
                    continue
                items.append(
                    PowerItem(
                        series=self._uuid(),
                        unit=place.unit,
                        chart_number=f"{place.unit.code}-{number:02d}",
                        **self.power_values(power, place),
                    )
                )
                steps.append(self.power_steps(power, place))
                domains.append(power["domain"])
        versions.load_history(items, on=filed(self.rules, Brings.POWERS))
        ProcessStep.objects.bulk_create(
            (_of(item, step) for item, rows in zip(items, steps, strict=True) for step in rows),
            batch_size=BATCH,
        )
        self._powers = {(item.unit_id, item.name): item for item in items}
        self.regulations.link(zip(items, domains, strict=True))
        return self._make_points(filed)

    def _make_groups(self, day):
        """Write last year's leading groups.

        They are in force until this year's are filed, and for good where the scheme files none.
        """
        places = self.campus.places
        groups = [LeadingGroup(unit=place.unit, work_plan="", since=day) for place in places]
        LeadingGroup.objects.bulk_create(groups, batch_size=BATCH)
        # Where lists are filed every year, another colleague sits in this year's, so that the two differ.
        skip = int(any(task.brings == Brings.GROUP for task in self.rules.tasks))
        GroupMember.objects.bulk_create(
            [
                GroupMember(group=group, user=seat.user, seat=kind, member_type=self.campus.member_type(seat))
                for group, place in zip(groups, places, strict=True)
                for seat, kind in place.group(self.campus.group_size, skip=skip)
            ],
            batch_size=BATCH,
        )

    def _make_points(self, filed):
        points, measures = [], []
        places = {place.unit.pk: place for place in self.campus.places}
        for number, (point, risk) in enumerate(self._points()):
            points.append(point)
            ours = [
                ControlMeasure(
                    series=self._uuid(), point_series=point.series, unit_id=point.unit_id, stage=stage, text=text
                )
                for stage, text in self.words.measures(risk).items()
            ]
            self.regulations.arrange(ours, risk, places[point.unit_id], number)
            measures += ours
        versions.load_history(points, on=filed(self.rules, Brings.GRADES, Brings.POINTS))
        versions.load_history(measures, on=filed(self.rules, Brings.MEASURES))
        return len(points)

    def _uuid(self):
        return uuid.UUID(int=self._series.getrandbits(128), version=4)

    # -- power items -----------------------------------------------------------------------------------
    def _powers_of(self, place):
        """The unit's powers as ``(power, kept back)``. The last of several is kept back and added this year."""
        powers = [power for power in self.corpus.powers if place.facts["code"] in power["units"]]
        return [(power, len(powers) > 2 and power is powers[-1]) for power in powers]

    def power_values(self, power, place):
        """The columns of a power item, without its steps."""
        return {
            "name": power["name"],
            "kind": power["kind"],
            "domain": self.words.domain(power["domain"]),
            "accountable_post": self._accountable(power, place),
            "legal_basis": power["legal_basis"],
            "service_commitment": power["service_commitment"],
            "time_limit": power["time_limit"][:60],
            "discipline": power["discipline"],
            "check_and_balance": power["check_and_balance"],
            "complaint_channel": power["complaint_channel"],
            "major_matter": power["major_matter"] or "",
            "touches_vital_interests": power["touches_vital_interests"],
        }

    @staticmethod
    def power_steps(power, place):
        """The steps of a power, not saved. Each names its post where the unit has it, and what may come next."""
        posts, end = {}, ProcessStep.END
        for seat in place.seats:
            posts.setdefault(seat.template["name"], seat.post)
        of = f"{place.unit.code} {power['name']}"
        keys = {
            number: str(uuid.uuid5(uuid.NAMESPACE_OID, f"{of} {number}"))
            for number in range(1, len(power["steps"]) + 1)
        }
        return [
            ProcessStep(
                position=number,
                key=keys[number],
                post=posts.get(step["acting_post"]),
                post_name=step["acting_post"],
                procedure=step["procedure"],
                time_limit=step["time_limit"][:60],
                following=[{"to": keys.get(way["to"], end), "when": way["when"]} for way in step.get("next", ())],
            )
            for number, step in enumerate(power["steps"], start=1)
        ]

    @staticmethod
    def _accountable(power, place):
        """The accountable post: the head's for decisions, else the first own post in the procedure."""
        posts = {}
        if power["kind"] == PowerItem.Kind.DECISION:
            return place.head.post
        for seat in place.seats:
            posts.setdefault(seat.template["name"], seat.post)
        return next(
            (posts[step["acting_post"]] for step in power["steps"] if step["acting_post"] in posts), place.head.post
        )

    # -- risk points -----------------------------------------------------------------------------------
    def _points(self):
        for place in self.campus.places:
            for seat in place.seats:
                if seat.is_risk:
                    chance = dice(self.campus.seed, "points", seat.post.code)
                    ours = self._chosen(
                        self.risks_of(seat, place), chance, chance.randint(*POINTS_PER_POST), Level.PERSONAL
                    )
                    for risk in self._keep_one_back(seat.post.code, ours):
                        yield self._point(risk, Level.PERSONAL, unit=place.unit, post=seat.post, holder=seat.user), risk
            chance = dice(self.campus.seed, "points", place.unit.code)
            ours = self._chosen(self.unit_risks_of(place), chance, POINTS_PER_UNIT, Level.UNIT)
            for risk in self._keep_one_back(place.unit.code, ours):
                yield (
                    self._point(
                        risk,
                        Level.UNIT,
                        unit=place.unit,
                        **self.place_of(risk, place.unit),
                        involved_posts=self.involved(risk, place),
                    ),
                    risk,
                )

    def place_of(self, risk, unit):
        """Where a risk of a unit stands: on its power, and on the step of a post that it concerns."""
        power = self._powers.get((unit.pk, risk.power))
        return {"power_item": risk.power} | ({"power_series": power.series} if power else {})

    def _keep_one_back(self, code, risks):
        """All of ``risks`` but the last of several, which is added only this year."""
        self.spare[code] = risks[1:][-1:]
        return risks[:-1] or risks

    def risks_of(self, seat, place):
        """The risks that suit a post, those written for it first."""
        domains = domains_of(seat.template, place.facts)
        risks = [risk for risk in self.corpus.personal if risk.suits(seat.template, domains)]
        if not risks:
            risks = [risk for risk in self.corpus.personal if risk.suits(seat.template, place.facts["domains"])]
        if not risks:
            risks = [risk for risk in self.corpus.personal if not risk.posts and seat.template["tier"] in risk.tiers]
        return sorted(risks, key=lambda risk: not risk.posts)

    def unit_risks_of(self, place):
        """The risks of the powers that the unit exercises, else of its domains."""
        powers = {power["name"] for power in self.corpus.powers if place.facts["code"] in power["units"]}
        return [risk for risk in self.corpus.unit if risk.power in powers] or [
            risk for risk in self.corpus.unit if risk.domain in place.facts["domains"]
        ]

    def involved(self, risk, place):
        """The unit's posts that a unit's risk concerns, or the head's when it has none of them."""
        own = {seat.template["name"] for seat in place.seats}
        return "、".join(name for name in risk.involved_posts if name in own)[:200] or place.head.post.name

    def _chosen(self, risks, chance, count, level):
        """Choose ``count`` of ``risks``, at first no more than two of a category."""
        known = [risk for risk in risks if self.words.category(risk, level)]
        # Those written for the post stay in front: their order is kept, that of the others is drawn.
        own = [risk for risk in known if risk.posts]
        others = [risk for risk in known if not risk.posts]
        chance.shuffle(others)
        taken, later, counted = [], [], Counter()
        for risk in own + others:
            category = self.words.category(risk, level)
            (taken if counted[category] < PER_CATEGORY else later).append(risk)
            counted[category] += 1
        return (taken + later)[:count]

    def texts_of(self, risk, *, earlier=False):
        """The risk's ``(content, manifestation)``.

        A text that others use too is told apart by the piece of business it concerns. ``earlier``: last year's wording.
        """
        if earlier and risk.earlier:
            return risk.earlier["content"], risk.earlier["manifestation"]
        use, focus = self._used[risk.key], self.corpus.focus[risk.domain]
        self._used[risk.key] += 1
        apart = f"（重点环节：{focus[(use - 1) % len(focus)]}）" if use and not risk.power else ""
        return risk.content, risk.manifestation + apart

    def _point(self, risk, level, **subject):
        factors = self.words.factors(risk)
        grade = self._grades.get(grading.propose(self.rules, factors).grade)
        content, manifestation = self.texts_of(risk, earlier=True)
        return RiskPoint(
            series=self._uuid(),
            level=level,
            category=self._categories[self.words.category(risk, level)],
            content=content,
            manifestation=manifestation,
            finding_source=self.words.finding_source(risk),
            nature=self.words.nature(risk),
            factors=factors,
            self_grade=grade,
            proposed_grade=grade,
            final_grade=grade,
            **subject,
        )


def _of(item, step):
    step.power_item = item
    return step
