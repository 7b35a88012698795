"""A survey of satisfaction: who is asked, that nobody joins slips and answers, what is shown of it."""

import json
from collections import Counter
from datetime import date
from itertools import pairwise

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, models, transaction
from django.test import Client
from django.urls import reverse

from registers.access import NotAllowed, can
from registers.actors import Actor
from registers.models import AuditEntry
from registers.refusals import Refused
from tests.factories import appoint, make_person
from tests.stories import played_once
from workflows.models import Notification, Survey, SurveyAnswer, SurveyInvitation, SurveySlip
from workflows.supervision import answering, surveys

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]
APART = (SurveyInvitation, SurveySlip, SurveyAnswer)
GOOD, BAD = "satisfied", "dissatisfied"


ON = date(2026, 11, 2)


class Story:
    """A survey about the unit, and people who answer it."""

    def __init__(self, campus, clock):
        self.campus, self.clock = campus, clock
        clock.set("2026-11-02 10:00")
        self.survey = surveys.open_one(campus.unit, ends_on=date(2026, 11, 20), **self.by(campus.office))
        self.codes = []

    def by(self, user):
        return {"actor": Actor(user, on=self.clock.today), "at": self.clock.now}

    def chosen(self, code=GOOD):
        return {question.code: code for question in self.survey.rules.questions}

    def draw(self, user):
        return answering.draw(self.survey.pk, user.pk, on=self.clock.today)

    def guests(self, number):
        slips = surveys.slips(self.survey.pk, group="students", number=number, **self.by(self.campus.office))
        self.codes += slips
        return slips

    def close(self, handed_out=0):
        given = {"students": handed_out}
        return surveys.close(self.survey.pk, given_out=given, **self.by(self.campus.office))


@pytest.fixture
@played_once
def story(campus, clock):
    return Story(campus, clock)


def test_everybody_who_works_in_the_unit_is_asked_and_draws_one_slip(story):
    campus = story.campus
    asked = set(SurveyInvitation.objects.values_list("user__number", flat=True))
    assert asked == {"clerk", "colleague", "liaison", "member", "deputy", "head"}
    assert Notification.objects.filter(kind="survey.open").count() == len(asked)
    code = story.draw(campus.clerk)
    with pytest.raises(Refused, match="已经领取"):
        story.draw(campus.clerk)
    assert not can(Actor(campus.clerk, on=story.clock.today), "draw", story.survey)
    assert can(Actor(campus.head, on=story.clock.today), "draw", story.survey)
    assert not can(Actor(campus.other_head, on=story.clock.today), "draw", story.survey)
    typed = f" {code[:4].upper()}-{code[4:8]}-{code[8:]} "
    answering.answer(typed, story.chosen(), on=ON)
    with pytest.raises(Refused, match="用过"):
        answering.answer(code, story.chosen(BAD), on=ON)
    with pytest.raises(Refused, match="没有这张"):
        answering.answer("2222-2222-2222", story.chosen(), on=ON)
    assert [row.choices for row in SurveyAnswer.objects.all()] == [story.chosen()]


def test_answer_that_leaves_a_question_open_uses_no_slip(story):
    code = story.draw(story.campus.clerk)
    for wrong in ({}, story.chosen("wonderful"), story.chosen() | {"other": GOOD}):
        with pytest.raises(Refused, match="每题选择一项"):
            answering.answer(code, wrong, on=ON)
    assert not SurveySlip.objects.filter(used=True).exists()
    assert not SurveyAnswer.objects.exists()


def test_tables_of_roll_slips_and_answers_hold_nothing_by_which_they_are_joined():
    """No key between them, no person beside a slip or an answer, no time, no sequence, no code."""
    allowed = {
        SurveyInvitation: {"id", "survey", "user", "group", "drew_slip"},
        SurveySlip: {"id", "survey", "group", "digest", "used"},
        SurveyAnswer: {"id", "survey", "group", "choices"},
    }
    for model in APART:
        fields = model._meta.get_fields()
        assert {field.name for field in fields} == allowed[model], (
            f"{model.__name__}: what does the new field say of a person?"
        )
        assert not any(isinstance(field, models.DateField | models.DateTimeField) for field in fields)
        related = {field.related_model for field in fields if field.is_relation}
        assert related <= {Survey, apps.get_model("registers.User")}
    for model in (SurveySlip, SurveyAnswer):
        assert isinstance(model._meta.pk, models.UUIDField)
        assert apps.get_model("registers.User") not in {field.related_model for field in model._meta.fields}
        for label in apps.all_models["workflows"].values():
            assert not any(field.related_model is model for field in label._meta.fields)


def stored(model, names):
    """The rows as they lie in the database: with the place and, where it has one, the transaction of each."""
    marks = "ctid::text, xmin::text" if connection.vendor == "postgresql" else "rowid, 0"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {marks}, {', '.join(names)} FROM {model._meta.db_table}")  # noqa: S608
        rows = cursor.fetchall()
    place = (lambda text: tuple(map(int, text.strip("()").split(",")))) if connection.vendor == "postgresql" else int
    return sorted((place(at), by, *rest) for at, by, *rest in rows)


def plain(value):
    return json.loads(value) if isinstance(value, str) else value


@pytest.mark.django_db(transaction=True)
def test_neither_place_nor_key_nor_transaction_of_rows_joins_slips_and_answers(campus, clock):
    """Forty people answer one after the other, each in a way of his own: nothing tells who is who any better than chance."""
    story = Story(campus, clock)
    scale = [item.code for item in story.survey.rules.scale]
    codes = story.guests(40)
    said, newest = {}, 0
    for number, code in enumerate(codes):
        places = [number // len(scale) ** place % len(scale) for place in range(len(story.survey.rules.questions))]
        said[code] = dict(zip(story.chosen(), [scale[place] for place in places], strict=True))
        answering.answer(code, said[code], on=ON)
        newest += plain(stored(SurveyAnswer, ("choices",))[-1][-1]) == said[code]

    assert newest <= 16, "what came in last lies at the end"
    order = {answering.digest_of_code(code): number for number, code in enumerate(codes)}
    meant = {json.dumps(choices, sort_keys=True): number for number, choices in enumerate(said.values())}
    assert len(meant) == len(codes), "every answer is one of its kind"

    def read():
        """Slips and answers in the order of place, and in that of keys: the number of the person in each."""
        kept = [(by, order[digest], key) for _, by, digest, key in stored(SurveySlip, ("digest", "id"))]
        back = [
            (by, meant[json.dumps(plain(choices), sort_keys=True)], key)
            for _, by, choices, key in stored(SurveyAnswer, ("choices", "id"))
        ]
        return kept, back

    for _ in range(2):  # while the survey runs, and once it is closed
        kept, back = read()
        for rows in (kept, back):
            for numbers in ([row[1] for row in rows], [row[1] for row in sorted(rows, key=lambda row: str(row[2]))]):
                rising = sum(left < right for left, right in pairwise(numbers))
                assert 8 <= rising <= 31, f"of 39 pairs {rising} are in the order in which people answered"
        joined = sum(slip[1] == answer[1] for slip, answer in zip(kept, back, strict=True))
        assert joined <= 8, "rows at the same place belong to the same person"
        smallest = min(Counter(by for by, _, _ in back).values())
        assert smallest == len(codes), "every transaction has written a crowd"
        if story.survey.is_open:
            story.survey = story.close(40)


def test_no_act_no_message_and_no_session_says_who_drew_or_answered(story):
    entries, messages = AuditEntry.objects.count(), Notification.objects.count()
    answering.answer(story.draw(story.campus.clerk), story.chosen(), on=ON)
    assert (AuditEntry.objects.count(), Notification.objects.count()) == (entries, messages)


def test_nothing_is_shown_before_the_end_and_nothing_of_fewer_than_five(story):
    campus = story.campus
    for person in (campus.clerk, campus.colleague, campus.liaison, campus.member, campus.deputy):
        answering.answer(story.draw(person), story.chosen(), on=ON)
    for code in story.guests(4):
        answering.answer(code, story.chosen(BAD), on=ON)
    office, head = Actor(campus.office, on=story.clock.today), Actor(campus.head, on=story.clock.today)
    assert "结束以后" in can(office, "read_result", story.survey).reason
    story.clock.set("2026-11-20 17:00")
    survey = story.close(4)
    staff, students = survey.result
    assert (staff["state"], staff["score"], staff["given_out"], staff["returned"]) == ("held", "100.00", 6, 5)
    assert (students["state"], students["score"], students["tallies"]) == ("few", None, [])
    assert str(survey.score) == "100.00"  # of those with a result alone
    assert can(office, "read_result", survey)
    assert can(head, "read_result", survey)
    assert not can(Actor(campus.clerk, on=story.clock.today), "read_result", survey)
    assert not Survey.objects.visible_to(Actor(campus.clerk, on=story.clock.today)).exists()
    with pytest.raises(Refused, match="已经结束"):
        answering.answer(story.codes[0], story.chosen(), on=ON)


def test_more_back_than_handed_out_is_void_and_is_held_again(story):
    for code in story.guests(6):
        answering.answer(code, story.chosen(), on=ON)
    with pytest.raises(Refused, match="不多于打印的 6 张"):
        story.close(7)
    survey = story.close(5)
    assert [found["state"] for found in survey.result] == ["short", "void"]
    assert survey.score is None
    again = surveys.open_one(story.campus.unit, ends_on=date(2026, 11, 25), **story.by(story.campus.office))
    assert again.pk != survey.pk
    assert again == surveys.open_one(story.campus.unit, ends_on=date(2026, 11, 25), **story.by(story.campus.office))


def test_nobody_holds_a_survey_about_his_own_unit_and_nobody_reads_a_slip(story):
    campus = story.campus
    insider = make_person("戊二", campus.unit, number="insider")
    appoint(insider, campus.root, "office")
    for person in (insider, campus.head, campus.chair):
        with pytest.raises(NotAllowed):
            surveys.close(story.survey.pk, given_out={}, **story.by(person))
    story.guests(3)
    everybody = [campus.office, campus.head, campus.clerk, campus.sys_admin, campus.auditor, campus.chair]
    for model in (SurveySlip, SurveyAnswer):
        assert [model.objects.visible_to(Actor(user, on=story.clock.today)).count() for user in everybody] == [0] * 6


def test_slip_and_answer_are_one_act(story, monkeypatch):
    code = story.draw(story.campus.clerk)

    def broken(model, *args, **kwargs):
        if model is SurveyAnswer:
            raise RuntimeError
        return stir(model, *args, **kwargs)

    stir = answering._stir
    monkeypatch.setattr(answering, "_stir", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        answering.answer(code, story.chosen(), on=ON)
    assert not SurveySlip.objects.filter(used=True).exists()


def test_slip_is_used_without_account_or_script(story):
    """By the public pages alone: the code is typed in, a page half filled in comes back, and the answer is taken once."""
    guest, code = Client(), story.guests(1)[0]
    entered = guest.get(reverse("survey_enter"), {"code": f"{code[:4]}-{code[4:8]}-{code[8:]}".upper()})
    assert (entered.status_code, entered.url) == (302, reverse("survey_answer", args=[code]))
    page = guest.get(entered.url)
    assert page.headers["Cache-Control"].startswith("max-age=0")
    assert "<script" not in page.content.decode().split('<main class="gate"')[1]
    half = {f"q-{question}": GOOD for question in list(story.chosen())[:2]}
    refused = guest.post(entered.url, half)
    assert refused.status_code == 422
    assert refused.content.decode().count("checked") == 2
    taken = guest.post(entered.url, {f"q-{question}": GOOD for question in story.chosen()})
    assert "已收到您的答卷" in taken.content.decode()
    assert "用过" in guest.get(entered.url).content.decode()
    assert guest.get(entered.url).status_code == 422
    assert "sessionid" not in guest.cookies


def test_whoever_tries_many_codes_has_to_wait(story, monkeypatch):
    monkeypatch.setattr("workflows.views.survey_answers.MOST_WRONG", 3)
    cache.clear()
    guest, code = Client(), story.guests(1)[0]
    answers = [guest.get(reverse("survey_answer", args=["wrong-code"])).status_code for _ in range(4)]
    assert answers == [422, 422, 422, 429]
    assert guest.get(reverse("survey_answer", args=[code])).status_code == 429
    cache.clear()
    assert guest.get(reverse("survey_answer", args=[code])).status_code == 200


def test_survey_by_the_pages_of_whoever_holds_it(campus, clock):
    clock.set("2026-11-02 10:00")

    def go(user, door, *args, data=None):
        browser = Client()
        browser.force_login(user)
        address = reverse(door, args=args)
        return browser.get(address) if data is None else browser.post(address, data)

    opened = go(campus.office, "survey_add", data={"unit": campus.unit.code, "ends_on": "2026-11-20"})
    survey = Survey.objects.get()
    assert opened.url == reverse("survey_detail", args=[survey.pk])
    assert go(campus.office, "survey_add", data={"unit": campus.unit.code, "ends_on": "2026-11-02"}).status_code == 422
    assert "领取测评票" in go(campus.clerk, "assessment_list").content.decode()
    drawn = go(campus.clerk, "survey_draw", survey.pk, data={})
    assert drawn.url.startswith("/survey/")
    printed = go(campus.office, "survey_slips", survey.pk, data={"group": "students", "number": 3})
    assert printed.content.decode().count('class="slip"') == 3
    assert go(campus.office, "survey_slips", survey.pk, data={"group": "staff", "number": 3}).status_code == 422
    assert go(campus.office, "survey_close", survey.pk, data={"out-students": 4}).status_code == 422
    assert go(campus.office, "survey_close", survey.pk, data={"out-students": 3}).status_code == 302
    assert "回收不过半数" in go(campus.head, "survey_detail", survey.pk).content.decode()
    assert go(campus.clerk, "survey_detail", survey.pk).status_code == 404


def test_after_its_last_day_nothing_is_taken_and_a_result_is_not_asked_for_twice(story):
    codes = story.guests(6)
    with pytest.raises(Refused, match="已经结束"):
        answering.answer(codes[0], story.chosen(), on=date(2026, 11, 21))
    with pytest.raises(Refused, match="已经结束"):
        answering.draw(story.survey.pk, story.campus.clerk.pk, on=date(2026, 11, 21))
    for code in codes:
        answering.answer(code, story.chosen(), on=date(2026, 11, 20))
    assert str(story.close(6).score) == "100.00"
    with pytest.raises(Refused, match="已经有结果"):
        surveys.open_one(story.campus.unit, ends_on=date(2026, 11, 25), **story.by(story.campus.office))


def test_a_year_after_the_end_only_the_result_is_left(story):
    for code in story.guests(6):
        answering.answer(code, story.chosen(), on=ON)
    result = story.close(6).result
    story.clock.set("2027-11-02 10:00")
    assert surveys.forget(at=story.clock.now) == 0
    story.clock.set("2027-11-03 10:00")
    assert surveys.forget(at=story.clock.now) == 1
    assert surveys.forget(at=story.clock.now) == 0
    assert not any(model.objects.exists() for model in APART)
    kept = Survey.objects.get()
    assert kept.result == json.loads(json.dumps(result))
    assert AuditEntry.objects.filter(act="survey.destroy").count() == 1


def test_of_two_who_use_one_slip_at_once_the_second_is_refused(story, monkeypatch):
    [code] = story.guests(1)
    found = answering.find(code, on=ON)
    answering.answer(code, story.chosen(), on=ON)
    monkeypatch.setattr(
        answering, "find", lambda code, *, on: found
    )  # what the second saw before the first was through
    with pytest.raises(Refused, match="用过"):
        answering.answer(code, story.chosen(BAD), on=ON)
    assert SurveyAnswer.objects.count() == 1
