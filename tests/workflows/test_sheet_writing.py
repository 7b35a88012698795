"""Lines and records of all entries are written at once: they are those that one entry after the other would bring."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registers.models import ControlMeasure, PowerItem, ProcessStep, RiskPoint, User
from registers.text import digest_of
from tests.longer import examples
from tests.personas import power
from tests.workflows.test_every_scheme import Play
from tests.workflows.test_sheet_full import STAGES, put, sheet_of
from workflows.sheets import Incomplete, sheet_for
from workflows.sheets.shown import RECORDS

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

CHOICES, TEXTS, VERDICTS = ("keep", "revise", "retire"), ("甲", "乙", "丙"), ("", "accepted", "returned")
# An entry that is added: its number, its text, what reviewers say of it. Of what is on record also what becomes of it.
added = st.tuples(st.integers(1, 4), st.sampled_from(TEXTS), st.sampled_from(VERDICTS))
on_record = st.tuples(st.sampled_from(CHOICES), st.sampled_from(TEXTS), st.sampled_from(VERDICTS))
handed_in = st.tuples(
    st.lists(added, max_size=3, unique_by=lambda one: one[0]), st.tuples(on_record, on_record), st.booleans()
)


@pytest.fixture
def register(make_campus, clock):
    """A sheet of points with grades and measures, two points of which are on record."""
    campus = make_campus(scheme="jiangsu-dynamic")
    User.objects.filter(pk=campus.clerk.pk).update(rank="副科", is_party_member=True)
    play = Play(campus, clock)
    put(play, "旧一")
    put(play, "旧二")
    return sheet_of(play, "personal-register")


def point_values(text):
    weighed = {"probability": "high", "harm": "slight"}
    return {
        "category": "duty",
        "content": text,
        "manifestation": "表现",
        **weighed,
        **dict.fromkeys(STAGES, f"{text}措施"),
    }


def power_values(post):
    return lambda text: power(text, accountable_post=post.code, procedure=f"受理\n{text}")


def content_of(sheet, values_of, said):
    """What is typed, and entry → what reviewers say of it."""
    new, old, backwards = said
    sheet = sheet_for(sheet)
    offered = zip(sheet.offered(), old, strict=False)
    entries, verdicts = [], {}
    for entry, (change, text, verdict) in offered:
        revised = {name: value or values_of(text).get(name, "") for name, value in entry["values"].items()}
        main = next(name for name in ("content", "name") if name in revised)
        values = {
            "keep": entry["values"],
            "revise": revised | {main: text},
            "retire": entry["values"] | {"reason": text},
        }
        entries.append({**entry, "change": change, "values": values[change]})
        verdicts[entry["key"]] = verdict
    for number, text, verdict in new:
        key = f"00000000-0000-4000-8000-{number:012}"
        entries.append({"key": key, "base": None, "change": "add", "values": values_of(text)})
        verdicts[key] = verdict
    return {"entries": entries[::-1] if backwards else entries, "values": {}}, verdicts


def one_by_one(sheet, content):
    """What ``write`` does, one entry after the other and row by row."""
    if wrong := sheet.faults(content):
        raise Incomplete(wrong)
    lines, wrong = sheet.submission.lines, {}
    before = {}
    for line in lines.select_related(*RECORDS.values()):
        before.setdefault(str(line.entry), []).append(line)
    kept = set()
    for position, entry in enumerate(content["entries"], start=1):
        old = before.get(entry["key"], [])
        said = {"change": entry["change"], "base": sheet.started_from(entry), "values": sheet.fingerprinted(entry)}
        kept.add(entry["key"])
        if old and old[0].fingerprint == digest_of(said):
            if any(line.verdict == "returned" for line in old):
                wrong[entry["key"]] = {"": "该行已被退回：请按意见修改，或写明不改的理由。"}
            lines.filter(entry=entry["key"]).update(position=position)
            continue
        drop(old)
        for record, change in sheet.records(entry):
            if record.pk is None:
                record.save()
                sheet.after_save([(record, entry)])
            lines.create(
                entry=entry["key"],
                position=position,
                change=change,
                fingerprint=digest_of(said),
                reason=entry["values"].get("reason", ""),
                comment=old[0].comment if old else "",
                returned_at=old[0].returned_at if old else None,
                rounds_returned=old[0].rounds_returned if old else 0,
                **{RECORDS[type(record)]: record},
            )
    if wrong:
        raise Incomplete(wrong)
    drop(line for key, old in before.items() if key not in kept for line in old)


def drop(lines):
    for line in lines:
        record = line.record
        line.delete()
        if record.in_force_from is None:
            record.delete()


def says(row, *without):
    names = [field.attname for field in row._meta.concrete_fields if field.attname not in {"id", *without}]
    return type(row).__name__, {name: getattr(row, name) for name in names}


def written(submission):
    """All that a sheet has written, but for what every row has for itself."""
    lines = []
    for line in submission.lines.order_by("position", "pk"):
        record = line.record
        new = {"series", "point_series"} if record.in_force_from is None else set()
        own = {f"{name}_id" for name in RECORDS.values()}
        steps = [says(step, "power_item_id") for step in ProcessStep.objects.filter(power_item=line.power_item)]
        lines.append((says(line, *own), says(record, *new), steps if line.power_item_id else []))
    proposals = [model.objects.filter(in_force_from=None).count() for model in (RiskPoint, ControlMeasure, PowerItem)]
    return lines, proposals


def outcome(write, submission, content):
    """What an act leaves behind, or what it refuses; the act itself is taken back."""
    with transaction.atomic():
        try:
            write(sheet_for(submission), content)
            found = written(submission)
        except Incomplete as refused:
            found = refused.faults
        transaction.set_rollback(True)
    return found


def same_twice(submission, values_of, first, second):
    """Hand in, have it judged, hand in again: both ways of writing agree, each time."""

    def at_once(sheet, content):
        sheet.write(content)

    with transaction.atomic():
        content, verdicts = content_of(submission, values_of, first)
        found = outcome(at_once, submission, content)
        assert found == outcome(one_by_one, submission, content)
        if isinstance(found, tuple):
            sheet_for(submission).write(content)
            for key, verdict in verdicts.items():
                comment = {"comment": "请改", "rounds_returned": 1} if verdict == "returned" else {}
                submission.lines.filter(entry=key).update(verdict=verdict, **comment)
            content, _ = content_of(submission, values_of, second)
            assert outcome(at_once, submission, content) == outcome(one_by_one, submission, content)
        transaction.set_rollback(True)


FEW = settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(first=handed_in, second=handed_in)
def test_points_are_written_as_one_by_one(register, first, second):
    same_twice(register, point_values, first, second)


@FEW
@given(first=handed_in, second=handed_in)
def test_powers_are_written_as_one_by_one(year, first, second):
    same_twice(year.sheet("powers"), power_values(year.campus.post), first, second)
