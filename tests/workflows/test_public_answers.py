"""What comes of what was sent by the public door: sealed names, files, answers, and clues for the 纪委 alone."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from registers import standins
from registers.access import NotAllowed
from registers.actors import Actor
from registers.models import Appointment, AuditEntry, User
from registers.refusals import Refused
from tests.access.browsers import Writes
from tests.doors import code_of, form_of, open_door, page_of, photograph
from tests.factories import appoint, make_person
from workflows.models import Clue, Notification, Objection, Objector, SealedReading
from workflows.publicity import door, figures, objections

pytestmark = pytest.mark.database("both")

TEXT = "等级定得偏低，请核实"


# --- Named and anonymous -----------------------------------------------------------------------------------------


NAMED = {"name": "张三", "contact": "zhang@example.com"}


@pytest.mark.parametrize(
    ("rule", "said", "category", "taken"),
    [
        ("accept", {}, "grade", True),
        ("suggestion_only", {}, "grade", False),
        ("suggestion_only", {}, "suggestion", True),
        ("suggestion_only", NAMED, "grade", True),
        ("refuse", {}, "suggestion", False),
        ("refuse", NAMED, "grade", True),
    ],
)
def test_rule_book_says_whether_anonymous_objections_are_taken(year, notice, visitor, rule, said, category, taken):
    open_door(at=year.clock.now, anonymous=rule)

    answer = visitor.send(form_of(notice), category=category, row=0, text=TEXT, **said)
    assert (answer.status_code, Objection.objects.count()) == ((200, 1) if taken else (422, 0))
    assert visitor.send("/public/clue/?about=unit", about="unit", text=TEXT).status_code == 200  # clues always


def test_task_may_say_otherwise_than_the_door(notice):
    task = notice.task.rules
    ruled = task.model_copy(update={"publicity": task.publicity.model_copy(update={"anonymous": "refuse"})})
    shut = door.the_door()

    assert [door.anonymity(one, shut) for one in (task, ruled)] == ["accept", "refuse"]


def test_name_is_under_seal_until_it_is_opened_with_a_reason(year, notice, visitor, client):
    visitor.object(notice, **NAMED)
    raised = Objection.objects.get()
    address = f"/notices/{notice.pk}/"
    client.force_login(year.campus.office)

    assert [word for word in NAMED.values() if word in client.get(address).content.decode()] == []
    assert client.post(f"/objections/{raised.pk}/name/", {"reason": ""}).status_code == 422
    assert "张三" in client.post(f"/objections/{raised.pk}/name/", {"reason": "电话核实"}, follow=True).content.decode()
    assert list(SealedReading.objects.values_list("reader__number", "reason")) == [("office", "电话核实")]
    assert AuditEntry.objects.filter(act="notice.open_name", actor=year.campus.office).count() == 1
    year.at("09-18")
    assert "张三" not in client.get(address).content.decode()  # another day, another reason


def test_colleagues_name_is_under_seal_too(year, notice, client):
    objections.object_to(notice, actor=year.actor(year.campus.colleague), text=TEXT, at=year.clock.now)
    client.force_login(year.campus.office)

    page = client.get(f"/notices/{notice.pk}/").content.decode()
    assert "校内实名（封存）" in page
    assert year.campus.colleague.name not in page


# --- Files -------------------------------------------------------------------------------------------------------


def test_pictures_lose_what_the_camera_wrote_and_their_names(notice, visitor):
    visitor.object(notice, files=photograph())

    [file] = Objection.objects.get().attachments.all()
    assert (file.name, file.kind, file.uploaded_by) == ("图片1.jpg", "jpg", None)
    content = bytes(file.content)
    assert [mark for mark in (b"CAMERA", b"secret", b"2026:09:17", b"Exif") if mark in content] == []
    assert Image.open(io.BytesIO(content)).size == (40, 30)


def test_files_that_name_an_author_are_not_taken_without_a_name(notice, visitor):
    pdf = {"files": SimpleUploadedFile("说明.pdf", b"%PDF-1.4\n%%EOF")}
    said = {"category": "grade", "row": 0, "text": TEXT}

    answer = visitor.send(form_of(notice), **said, **pdf)
    assert (answer.status_code, Objection.objects.count()) == (422, 0)
    assert "只收 JPG、PNG" in page_of(answer)
    pdf["files"].seek(0)
    assert visitor.send(form_of(notice), **said, **pdf, **NAMED).status_code == 200


@pytest.mark.parametrize("broken", [b"\xff\xd8\xff broken", b"\x89PNG\r\n\x1a\n broken"])
def test_broken_picture_is_refused_and_nothing_is_kept(notice, visitor, broken):
    name = "x.png" if broken.startswith(b"\x89") else "x.jpg"
    answer = visitor.send(form_of(notice), category="grade", row=0, text=TEXT, files=SimpleUploadedFile(name, broken))

    assert (answer.status_code, Objection.objects.count()) == (422, 0)
    assert "已损坏" in page_of(answer)


# --- Handling ----------------------------------------------------------------------------------------------------


def handle(year, raised, **said):
    objections.handle(raised, actor=year.actor(year.campus.office), handling="经核查属实。", at=year.clock.now, **said)


def test_upheld_objection_sends_the_row_back_and_the_visitor_reads_the_answer(year, notice, visitor):
    code = visitor.object(notice, row=1)
    assert list(Notification.objects.filter(kind="notice.object").values_list("recipient__number", flat=True)) == [
        "office"
    ]

    handle(year, Objection.objects.get(), finding="upheld")

    assert notice.sheets.get().state == "returned"
    assert visitor.client.get(f"/public/notices/{notice.pk}/").status_code == 410  # withdrawn, to be repeated
    said = page_of(visitor.follow(code))
    assert "成立" in said
    assert "经核查属实。" in said


@pytest.mark.parametrize(("category", "step"), [("suggestion", "decide"), ("omission", "publicise")])
def test_suggestion_holds_nothing_up_and_an_open_objection_does(year, notice, visitor, category, step):
    visitor.object(notice, category=category)
    year.at("09-24")
    year.sweep()

    assert notice.sheets.get().step == step


def test_objection_that_says_the_same_is_answered_with_the_other(year, notice, visitor):
    codes = [visitor.object(notice) for _ in "ab"]
    first, second = Objection.objects.order_by("pk")
    with pytest.raises(Refused, match="并入哪一件"):
        handle(year, second, finding="merged")
    handle(year, second, finding="merged", into=first.pk)
    year.at("09-24")
    year.sweep()
    assert notice.sheets.get().step == "publicise"  # the other one is still open

    handle(year, first, finding="rejected")
    assert "不成立：经核查属实。" in page_of(visitor.follow(codes[1]))
    year.sweep()
    assert notice.sheets.get().step == "decide"


def test_answer_is_due_five_working_days_after_the_end_and_once_ten_later(year, notice, visitor):
    code, office = visitor.object(notice), year.actor(year.campus.office)
    raised, rules = Objection.objects.get(), door.the_door()
    assert str(objections.due_on(raised, rules)) == "2026-09-29"  # from the 22nd, a Tuesday

    objections.extend(raised, why="须外出核实", actor=office, at=year.clock.now)
    raised.refresh_from_db()
    assert str(objections.due_on(raised, rules)) == "2026-10-13"
    assert "须外出核实" in page_of(visitor.follow(code))
    with pytest.raises(NotAllowed, match="不能再延"):
        objections.extend(raised, why="再延", actor=office, at=year.clock.now)


# --- Clues -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("about", ["leaders", "discipline"])
def test_clue_about_leaders_or_the_commission_is_shown_the_way_up_and_kept_nowhere(notice, visitor, about):
    typed = visitor.form("/public/clue/?about=staff")
    with connection.execute_wrapper(writes := Writes()):
        first = visitor.client.get(f"/public/clue/?about={about}")
        answer = visitor.client.post("/public/clue/", {**typed, "about": about, "text": TEXT})

    assert writes.tables == []
    for page in (first, answer):
        assert "12388" in page_of(page)
        assert "<form" not in page.content.decode().partition("<main")[2].partition("</main>")[0]
    assert TEXT in page_of(answer)  # to be copied, not typed again
    with pytest.raises(Refused, match="不接收、不保存"):
        door.give_clue(door.Said(TEXT), about=about, code="7" * 20, at=visitor.clock.now)


def test_clue_that_is_too_long_comes_back_whole_with_both_numbers(notice, visitor):
    answer = visitor.send("/public/clue/?about=unit", about="unit", text="长" * 1001)

    assert (answer.status_code, Clue.objects.count()) == (422, 0)
    assert "最多 1000 字，现有 1001 字" in page_of(answer)
    assert "长" * 1001 in answer.content.decode()


def test_clue_is_read_by_whom_the_commission_has_named_and_each_time_with_a_reason(
    year, notice, visitor, second, client
):
    appoint(second, year.campus.root, "discipline")
    code = code_of(visitor.send("/public/clue/?about=head", about="head", text="暗记的线索"))
    clue, address = Clue.objects.get(), f"/clues/{Clue.objects.get().pk}/"
    assert list(Notification.objects.filter(kind="clue.receive").values_list("recipient__number", flat=True)) == [
        "second"
    ]

    client.force_login(second)
    for page in ("/", "/clues/", address, "/inbox/"):
        assert "暗记的线索" not in client.get(page).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(f"{address}handle/", {"outcome": "taken"}).status_code == 403  # not opened yet
    for reason in ("初步核对", "登记"):
        assert "暗记的线索" in client.post(address, {"reason": reason}).content.decode()
        assert "暗记的线索" not in client.get(address).content.decode()
    assert list(SealedReading.objects.values_list("reason", flat=True)) == ["初步核对", "登记"]
    tomorrow = Actor(second, on=year.clock.today.replace(day=18))
    assert [Clue.objects.visible_to(reader).count() for reader in (year.actor(second), tomorrow)] == [1, 0]
    client.post(f"{address}handle/", {"outcome": "taken", "answer": "已转有关部门。"})
    clue.refresh_from_db()
    assert (clue.outcome, clue.handled_by) == ("taken", second)
    assert "已转有关部门。" in page_of(visitor.follow(code))


def test_clues_are_for_no_other_role_and_no_stand_in(year, notice, visitor, second):
    reader = make_person("癸九", year.campus.office_unit)
    held = appoint(reader, year.campus.root, "discipline")
    visitor.send("/public/clue/?about=head", about="head", text=TEXT, notice=notice.pk)
    for person in User.objects.exclude(pk=reader.pk):
        assert not Clue.objects.listed_to(year.actor(person)).exists(), person.number
    assert Clue.objects.listed_to(year.actor(reader)).exists()
    User.objects.filter(pk=reader.pk).update(unit=year.campus.unit)  # he comes from the unit whose notice it was
    assert not Clue.objects.listed_to(year.actor(User.objects.get(pk=reader.pk))).exists()
    assert not standins.roles_of(reader, on=year.clock.today).filter(pk=held.pk).exists()
    appoint(second, year.campus.root, "discipline")
    Appointment.objects.filter(user=second, role="discipline").update(
        acting_for=reader, until=year.clock.today.replace(day=28)
    )
    assert not Clue.objects.listed_to(year.actor(second)).exists()


def test_objection_that_is_a_clue_goes_to_the_other_door_with_its_text(notice, visitor):
    answer = visitor.send(form_of(notice), category="clue", row=0, text=TEXT)

    assert "反映对象" in page_of(answer)
    assert TEXT in answer.content.decode()
    assert (Objection.objects.count(), Clue.objects.count(), Objector.objects.count()) == (0, 0, 0)


# --- How many ----------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 12), min_size=1, max_size=6))
def test_small_numbers_are_neither_shown_nor_to_be_worked_out(numbers):
    counts = {str(place): number for place, number in enumerate(numbers)}
    shown = figures.guarded(counts)

    assert all(shown[name] in (None, number) for name, number in counts.items())
    assert all(number == 0 or number >= figures.LEAST for number in shown.values() if number is not None)
    hidden = [number for name, number in counts.items() if shown[name] is None]
    assert not hidden or sum(hidden) >= figures.LEAST or sum(hidden) == sum(numbers)


def test_figures_count_what_came_by_both_ways(year, notice, visitor, client):
    for _ in range(5):
        visitor.object(notice, category="omission")
    visitor.object(notice, **NAMED)
    total, categories, ways, outcomes = figures.of_campaign(year.campaign)

    assert total.words == "6"
    assert [figure.words for figure in ways] == ["不显示", "不显示"]  # the one who gave his name is not to be seen
    assert {figure.label: figure.words for figure in outcomes}["办理中"] == "6"
    assert [figure.words for figure in categories] == ["0", "不显示", "不显示", "0", "0"]
    client.force_login(year.campus.office)
    assert "不显示" in client.get("/objections/").content.decode()
