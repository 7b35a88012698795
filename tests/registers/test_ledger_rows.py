"""The rows of a ledger, read a batch at a time as plain values, are those that one reads point by point."""

import random
from datetime import date

import pytest

from registers import batches, ledger_books, ledgers, residuals, versions
from registers.models import Appointment, ControlMeasure, Incumbency, PowerItem, RiskPoint, Unit
from registers.responsible import together
from tests.factories import appoint, make_person, make_post
from tests.registers.test_ledgers import AUTUMN, SPRING, SUMMER, WINTER, Book

pytestmark = pytest.mark.database("both")

DAYS = [date(2026, 2, 28), SPRING, SUMMER, AUTUMN, WINTER]


def dealt(campus, seed):
    """A register that chance deals: units that share a name, posts of several, versions, measures, powers."""
    deal, book = random.Random(seed), Book(campus)  # noqa: S311 (no secret)
    section = Unit.objects.create(code="CW1", name="出纳科", unit_type="section", parent=campus.unit)
    twin = Unit.objects.create(code="CW2", name="出纳科", unit_type="section", parent=campus.unit)
    units = [campus.unit, campus.other_unit, section, twin]
    if deal.random() < 0.5:
        appoint(make_person("丁二", campus.root), section, "leader_in_charge", since=SUMMER)
    people = [make_person(name, campus.unit) for name in ("子一", "丑二", "寅三")]
    posts = [make_post(unit, name, people[0]) for unit in units for name in ("出纳", "审核")]
    Incumbency.objects.filter(post__in=posts[::3]).delete()
    for post in posts:
        for person in deal.sample(people[1:], deal.randint(0, 2)):
            Incumbency.objects.create(post=post, user=person, since=deal.choice(DAYS))
    powers = [PowerItem.objects.create(unit=campus.unit, name=f"权力{n}") for n in range(3)]
    for power in powers:
        versions.enter_into_force(power, on=deal.choice(DAYS))
    for number in range(14):
        unit = deal.choice(units)
        post = deal.choice([None, *(post for post in posts if post.unit_id == unit.pk)])
        holder = deal.choice(people) if post and deal.random() < 0.4 else None
        said = {
            "unit": unit, "post": post, "holder": holder, "level": "personal" if holder else "unit",
            "involved_posts": deal.choice(["", "出纳、审核", "审核 无此岗"]), "power_item": deal.choice(["", "旧称"]),
            "power_series": deal.choice([None, *(power.series for power in powers)]),
            "major_matter": deal.choice(["", "decision"]), "manifestation": deal.choice(["", "一家中标\n不公开"]),
        }  # fmt: skip
        point = book.point(f"风险{number}", on=deal.choice(DAYS[:3]), grade=deal.choice([None, 1, 2, 3]), **said)
        for stage in deal.sample(["prevention", "monitoring", "disposal"], deal.randint(0, 3)):
            fields = {
                "responsible": together(deal.choice([[], *([one] for one in people)])),
                "due_on": deal.choice([None, *DAYS]),
            }
            book.measure(point, f"措施{number}{stage}", on=point.in_force_from, stage=stage, **fields)
        if deal.random() < 0.5:
            again = book.point(f"改{number}", on=deal.choice(DAYS[3:]), grade=1, base=point, **said)
            if deal.random() < 0.3:
                versions.retire(again, on=date(2027, 1, 1))
    return book


def one_by_one(scope, scheme, unit, *, on):
    """The cells of the ledger, each asked for by itself."""
    rules = scheme.rules
    stages = [(stage.code, stage.label) for stage in rules.measure_stages]
    found, numbers = [], {}
    for point in ledgers.points_of(scope, scheme, unit, on=on):
        numbers[point.unit_id] = numbers.get(point.unit_id, 0) + 1
        own = {row.stage: row for row in scope.measures.in_force(on).filter(point_series=point.series)}
        power = PowerItem.objects.in_force(on).filter(series=point.power_series).first()
        history = RiskPoint.objects.filter(series=point.series, in_force_from__lte=on).order_by("in_force_from")
        person, post = person_of(point, on), point.post.name if point.post else point.involved_posts
        carry = [
            (label, own[code].responsible.name if own[code].responsible else person or post or point.unit.name)
            for code, label in stages
            if code in own
        ]
        due = [(label, own[code].due_on) for code, label in stages if code in own and own[code].due_on]
        light = residuals.of_points([point], rules, on=on).get(point.series)
        ranks = {grade.rank: grade.label for grade in rules.grades} | {None: "未评定"}
        count = history.count()
        found.append(
            (
                point.unit.name,
                [
                    numbers[point.unit_id],
                    point.unit.name,
                    {level.value: label for level, label in rules.levels.items()}[point.level],
                    post,
                    person,
                    power.name if power else point.power_item,
                    point.category.label,
                    point.content,
                    point.manifestation,
                    point.final_grade.label if point.final_grade else "未评定",
                    *(ranks[rank] for rank in ((light.expected, light.actual) if light else (None, None))),
                    *(own[code].text if code in own else "" for code, _ in stages),
                    in_lines(carry, len(stages)),
                    in_lines(due, len(stages)),
                    leader_of(point.unit, on),
                    f"{history[0].in_force_from:%Y-%m-%d}",
                    f"第{count}版，{point.in_force_from:%Y-%m-%d}" if count > 1 else "",
                    "",
                ],
            )
        )
    return found


def person_of(point, on):
    if point.level == "personal":
        return point.holder.name
    held = Incumbency.objects.in_force(on).filter(post__unit=point.unit).select_related("user", "post")
    held = held.order_by("user__sort_key", "user__number")
    if point.post:
        return "、".join(row.user.name for row in held if row.post == point.post)
    named = [name for name in point.involved_posts.replace("、", " ").split() if name]
    names = [row.user.name for name in named for row in held if row.post.name == name]
    return "、".join(dict.fromkeys(names))


def leader_of(unit, on):
    while unit is not None:
        held = Appointment.objects.in_own_right().in_force(on).filter(role="leader_in_charge", unit=unit)
        if first := held.order_by("user__sort_key", "user__number").first():
            return first.user.name
        unit = unit.parent
    return ""


def in_lines(labelled, stages):
    if len(labelled) == stages and len({value for _, value in labelled}) == 1:
        return str(labelled[0][1])
    return "\n".join(f"{label}：{value}" for label, value in labelled)


@pytest.mark.parametrize("seed", range(4))
def test_ledger_is_the_same_read_by_batches_and_one_by_one(campus, seed, monkeypatch):
    monkeypatch.setattr(batches, "SIZE", 3)
    book = dealt(campus, seed)
    levels = {level.value: label for level, label in campus.scheme.rules.levels.items()}
    seen = 0
    for who, on in (("office", AUTUMN), ("head", WINTER), (None, SUMMER), (None, date(2027, 1, 1))):
        scope = ledgers.for_reader(campus.actor(getattr(campus, who))) if who else ledgers.everything()
        plain = one_by_one(scope, campus.scheme, campus.root, on=on)
        seen += len(plain)

        summary, *sheets = [
            (sheet.name, list(sheet.rows))
            for sheet in ledger_books.worksheets(scope, campus.scheme, campus.root, on=on, year=2026)
        ]
        assert [(name, row) for name, rows in sheets for row in rows] == plain
        assert summary[1][-1][-1] >= len(plain)
        listed = ledgers.rows(scope, campus.scheme, campus.root, on=on)
        assert [ledger_books.cells(row[0], told, levels) for told, (_, row) in zip(listed, plain, strict=True)] == [
            row for _, row in plain
        ]
    assert seen > 20
    assert ControlMeasure.objects.exists()
    assert len(book.points) > 14


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_rows_come_in_their_order_as_they_were_at_the_beginning(campus, size, monkeypatch):
    monkeypatch.setattr(batches, "SIZE", size)
    book = Book(campus)
    for number in (3, 1, 4, 1, 5):
        book.point(f"风险{number}", on=SPRING)
    ordered = RiskPoint.objects.order_by("-content", "pk")
    whole = [point.content for part in batches.in_order(ordered) for point in part]
    assert whole == ["风险5", "风险4", "风险3", "风险1", "风险1"]

    read = []
    for part in batches.in_order(ordered.filter(in_force_until=None)):
        read += [point.content for point in part]
        versions.retire(book.points["风险5"], on=SUMMER) if len(read) == size and size < 5 else None
        if len(read) == size:
            book.point("风险9", on=SPRING)
    assert read == whole
    wanted = [point.content for point in batches.having(RiskPoint.objects.all(), "content", ["风险4", "风险4", "无"])]
    assert wanted == ["风险4"]
