"""The register of three years: powers with their steps, points in three versions each, their measures, and notes on these.

Words, categories and grades are those of the demo's own points, so that what is shown is as long and as mixed as on a real site.
"""

import random
from itertools import count, pairwise

from registers import clock
from registers.models import (
    ControlMeasure,
    Grade,
    PostGrade,
    PowerItem,
    ProcessStep,
    Responsibility,
    ResponsibleParty,
    RiskPoint,
)
from registers.models.risks import UNGRADED
from tests.bench.scale.organisation import POINTS_OF_A_POST, holders
from tests.bench.scale.writing import Table
from workflows.deadlines import days
from workflows.models import MeasureCheck, MeasureProgress

YEARS = 3  # how many versions a point has
RETIRED_EVERY = 10  # one point was retired a year ago for so many in force
STAGES = 3
REVISED_STAGES = 1  # of a point's measures, how many were revised last year
POWERS_OF_A_UNIT = 25
STEPS = 4
# Of a cycle of measures, by when they are to be carried out: days from today, None without a day.
DUE_IN = (None, -400, None, -250, 30, None, -120, 90, None, -60, 160, None, -9, 5, None, 240, 12, None, -30, 400)
DONE_OF_TEN = 9  # of measures whose day has passed, how many in ten are carried out
NAMED_EVERY = 7  # a measure that names who carries it out
STATES = ("done", "under_way", "not_done")
UNDER_WAY, AS_PLANNED = "已制定检查清单，正在逐项落实。", "已按措施执行，逐笔复核，抽查二十笔未发现异常。"
CHECKED_EVERY, VERIFIED = 4, "现场查阅复核记录，与记录一致。"
POSTS_WITH_POWERS = 40  # of a unit
CHUNK = 60_000  # rows of points that memory holds


class Register:
    """Writes the register of ``places`` (``organisation.Place``) as it stands on a day."""

    def __init__(self, places, *, on, days_filed, seed=2026):
        """``days_filed``: the days on which sheets were filed, one a year, the latest first."""
        self.places, self.on, self.filed = places, on, days_filed
        self.chance = random.Random(seed)  # noqa: S311 (no secret)
        self.samples = {level: self._samples(level) for level in ("personal", "unit")}
        self.powers = {}
        self.ranks = {None: UNGRADED, **dict(Grade.objects.values_list("pk", "rank"))}

    def _samples(self, level):
        """The demo's points of a level as ``(columns, measures)``, measures as ``[(stage, text)]``."""
        names = ("category_id", "content", "manifestation", "finding_source", "nature", "factors", "final_grade_id")
        rows = list(RiskPoint.objects.open().filter(level=level).order_by("pk").values("series", *names))
        texts = {}
        for series, stage, text in (
            ControlMeasure.objects.open().order_by("pk").values_list("point_series", "stage", "text")
        ):
            texts.setdefault(series, []).append((stage, text))
        found = [(tuple(row[name] for name in names), texts.get(row["series"], [])) for row in rows]
        return [(values, measures) for values, measures in found if len(measures) >= STAGES]

    def _uuid(self):
        return f"{self.chance.getrandbits(128):032x}"

    def make(self):
        """Write everything. Memory holds a fixed part of it at a time."""
        self._powers()
        self._points()
        self._grades_of_posts()

    def _powers(self):
        """Two versions of each power, with the steps of both."""
        sample = list(PowerItem.objects.open().order_by("pk").prefetch_related("steps"))
        copied = ("domain", "kind", "legal_basis", "service_commitment", "time_limit", "discipline", "check_and_balance",
                  "complaint_channel", "major_matter", "touches_vital_interests")  # fmt: skip
        powers = Table(
            PowerItem, "id", "series", "base_id", "in_force_from", "in_force_until", "unit_id", "accountable_post_id",
            "name", "chart_number", *copied,
        )  # fmt: skip
        key, rows, steps = powers.first_key, [], []
        for place in self.places:
            posts = [post for post, _, is_risk in place.held if is_risk][:POSTS_WITH_POWERS]
            for number in range(POWERS_OF_A_UNIT if posts else 0):
                old = sample[key % len(sample)]
                series, post = self._uuid(), posts[number % len(posts)]
                values = tuple(getattr(old, name) for name in copied)
                name, chart = f"{old.name[:100]}（{number + 1}）", f"{place.code}-S{number:02}"
                self.powers.setdefault(place.unit, []).append((series, name))
                spans = ((self.filed[1], self.filed[0], None), (self.filed[0], None, key))
                named = [self._uuid() for _ in range(STEPS)]
                for since, until, base in spans:
                    rows.append((key, series, base, since, until, place.unit, post, name, chart, *values))
                    for position, (step, step_key) in enumerate(zip(old.steps.all(), named, strict=False), start=1):
                        acting = posts[(number + position) % len(posts)]
                        steps.append((key, position, step_key, acting, step.post_name, step.procedure, step.time_limit))
                    key += 1
        powers.write(rows)
        table = Table(
            ProcessStep, "power_item_id", "position", "key", "post_id", "post_name", "procedure", "time_limit"
        )
        table.write(steps)

    def _points(self):
        """Points of posts, then of units; their measures and the notes follow in pieces, so that all stay small."""
        points = Table(
            RiskPoint, "id", "series", "base_id", "in_force_from", "in_force_until", "level", "unit_id", "post_id",
            "holder_id", "power_series", "power_item", "involved_posts", "category_id", "content", "manifestation",
            "finding_source", "nature", "factors", "self_grade_id", "proposed_grade_id", "final_grade_id",
        )  # fmt: skip
        measures = Table(
            ControlMeasure, "id", "series", "base_id", "in_force_from", "in_force_until", "point_series", "unit_id",
            "stage", "text", "responsible_id", "due_on", "rank", "noted",
        )  # fmt: skip
        notes = Table(MeasureProgress, "measure_id", "state", "text", "by_id", "at")
        checks = Table(MeasureCheck, "measure_id", "result", "text", "outside", "by_id", "on", "at")
        self._point_key, self._measure_key = count(points.first_key), count(measures.first_key)
        # A person whom a measure names → the row that names him alone.
        self.named = dict(
            ResponsibleParty.objects.filter(responsibility__key__regex=r"^u\d+$").values_list("user", "responsibility")
        )
        known = set(self.named)
        self._named_key = count(Table(Responsibility, "id").first_key)
        self._rows = [], [], [], []
        tables = (points, measures, notes, checks)
        for number, subject in enumerate(self._subjects()):
            self._point(number, *subject)
            if number % RETIRED_EVERY == 0:
                self._point(number, *subject, retired=True)
            if len(self._rows[0]) > CHUNK:
                self._flush(tables)
        self._flush(tables)
        new = [(person, key) for person, key in self.named.items() if person not in known]
        Table(Responsibility, "id", "key").write((key, f"u{person}") for person, key in new)
        parties = Table(ResponsibleParty, "responsibility_id", "position", "user_id")
        parties.write((key, 1, person) for person, key in new)

    def _naming(self, person):
        if person not in self.named:
            self.named[person] = next(self._named_key)
        return self.named[person]

    def _flush(self, tables):
        for table, rows in zip(tables, self._rows, strict=True):
            table.write(rows)
            rows.clear()

    def _subjects(self):
        """Yield level, unit, post, holder, somebody else of the unit, and the power, for every point to be in force."""
        for place in self.places:
            powers, risky = self.powers.get(place.unit, ()), [held for held in place.held if held[2]]
            if not risky:
                continue
            left = place.points - place.own
            for at, (post, user, _) in enumerate(risky):
                other = risky[at - 1][1]
                for number in range(min(POINTS_OF_A_POST, left)):
                    power = powers[(at + number) % len(powers)] if number % 3 == 0 else (None, "")
                    yield "personal", place.unit, post, user, other, power
                left -= POINTS_OF_A_POST
            for number in range(place.own):
                head, other = risky[0][1], risky[number % len(risky)][1]
                yield "unit", place.unit, None, None, head if number % 2 else other, powers[number % len(powers)]

    def _point(self, number, level, unit, post, holder, other, power, *, retired=False):
        """One point in its versions, with measures: one stage of them was revised with the last version."""
        points, measures, *_ = self._rows
        sample = self.samples[level]
        (category, content, manifestation, source, nature, factors, grade), stages = sample[number % len(sample)]
        series, base, rank = self._uuid(), None, self.ranks[grade]
        edges = [*reversed(self.filed[:YEARS]), None]
        if retired:
            edges = edges[:-1]
        for year, (since, until) in enumerate(pairwise(edges)):
            key = next(self._point_key)
            words = f"{content}（第{number}项{'，' + str(since.year) + '年表述' if year < YEARS - 1 else ''}）"
            points.append((
                key, series, base, since, until, level, unit, post, holder, power[0], power[1],
                "" if post else "本单位相关岗位", category, words, manifestation, source, nature, factors,
                grade, grade, grade,
            ))  # fmt: skip
            base = key
        end = edges[-1]
        for place, (stage, text) in enumerate(stages[:STAGES]):
            line, before = self._uuid(), None
            first = edges[-3] if len(edges) > 2 else edges[0]
            spans = [(first, end)]
            if place < REVISED_STAGES and not retired:
                spans = [(first, self.filed[0]), (self.filed[0], end)]
            for since, until in spans:
                key = next(self._measure_key)
                ahead = DUE_IN[(number * 3 + place) % len(DUE_IN)]
                due = None if ahead is None else days.add_days(self.on, ahead)
                named = self._naming(other) if (number + place) % NAMED_EVERY == 0 else None
                measures.append([key, line, before, since, until, series, unit, stage, text, named, due, rank, ""])
                before = key
            measures[-1][-1] = self._noted(key, number + place, due, holder or other, other)

    def _noted(self, measure, number, due, by, checker):
        """Up to two notes on a measure, one under way, then what became of it. Some that are carried out were checked.

        Returns the state of the last one, empty where there is none.
        """
        *_, notes, checks = self._rows
        passed = due is not None and due <= self.on
        if not passed and number % 4:
            return ""
        at = days.start_of(days.add_days(min(due, self.on) if due else self.on, -number % 60 - 1))
        done = passed and number % 10 < DONE_OF_TEN
        if number % 3 == 0:
            notes.append((measure, "under_way", UNDER_WAY, by, at - clock.days(20)))
        state = "done" if done else STATES[1 + number % 2]
        notes.append((measure, state, AS_PLANNED, by, at))
        if done and number % CHECKED_EVERY == 0:
            checks.append((measure, "verified", VERIFIED, False, checker, clock.local_day(at), at))
        return state

    def _grades_of_posts(self):
        grades = sorted({values[-1] for values, _ in self.samples["personal"]})
        table = Table(
            PostGrade, "series", "in_force_from", "unit_id", "post_id", "self_grade_id", "proposed_grade_id",
            "final_grade_id",
        )  # fmt: skip
        table.write(
            (self._uuid(), self.filed[0], place.unit, post, *[grades[post % len(grades)]] * 3)
            for place, post, _ in holders(self.places)
        )
