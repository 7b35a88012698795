"""The public door: who reads and objects there, what is kept of him, and what is kept of nobody."""

import logging

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, models
from django.utils import timezone

from registers.models import AuditEntry, User
from registers.refusals import Refused
from tests.access.browsers import Writes
from tests.doors import Visitor, code_of, form_of, open_door, page_of, photograph
from tests.factories import appoint
from workflows.models import Objection, PublicityNotice
from workflows.policies.door import visitor as nobody
from workflows.publicity import captcha, objections, rate_limits, receipts

pytestmark = pytest.mark.database("both")

TEXT = "等级定得偏低，请核实"


# --- What stands there -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "listed", "status"),
    [("2026-09-15 23:59", False, 404), ("2026-09-16 00:00", True, 200), ("2026-09-23 00:00", False, 410)],
)
def test_notice_stands_at_the_door_for_its_days(year, notice, visitor, at, listed, status):
    year.clock.set(at)

    assert (notice.title in page_of(visitor.client.get("/public/"))) == listed
    answer = visitor.client.get(f"/public/notices/{notice.pk}/")
    assert (answer.status_code, visitor.client.get(form_of(notice)).status_code) == (status, status)
    if status == 410:
        said = page_of(answer)
        assert "公示已结束" in said
        assert "12388" in said  # the other channel
        assert notice.title not in said
        assert "机密内容" not in said


def test_withdrawn_notice_is_taken_down(year, notice, visitor):
    PublicityNotice.objects.filter(pk=notice.pk).update(withdrawn_at=year.clock.now)

    assert visitor.client.get(f"/public/notices/{notice.pk}/").status_code == 410


@pytest.mark.database("sqlite", "postgresql")
@pytest.mark.parametrize(("said", "seen"), [({}, True), ({"school": False}, False), ({"enabled": False}, False)])
def test_institution_opens_the_door_and_its_school_notices(year, notice, visitor, said, seen):
    open_door(at=year.clock.now, **said)

    assert visitor.client.get("/public/").status_code == (404 if said.get("enabled") is False else 200)
    assert PublicityNotice.objects.visible_to(nobody()).exists() == seen
    assert visitor.client.get(f"/public/notices/{notice.pk}/").status_code == (200 if seen else 404)


def test_login_page_and_foot_of_every_page_lead_to_the_door_while_it_is_open(year, notice, visitor, client):
    client.force_login(year.campus.clerk)
    links = [lambda: visitor.client.get("/login/"), lambda: client.get("/"), lambda: client.get("/notices/")]
    assert ['href="/public/"' in answer().content.decode() for answer in links] == [True] * 3
    open_door(at=year.clock.now, enabled=False)
    assert ['href="/public/"' in answer().content.decode() for answer in links] == [False] * 3


def test_notice_within_a_unit_never_stands_there(at_the_door, notice, visitor):
    own = at_the_door[1]
    assert own.audience == "unit"
    assert visitor.client.get(f"/public/notices/{own.pk}/").status_code == 404
    assert own.title not in page_of(visitor.client.get("/public/"))


# --- What is kept of a visitor -----------------------------------------------------------------------------------


def written_by(act):
    """The rows that ``act`` writes, found in every table; not the counters of the cache."""
    before = {model: set(model._default_manager.values_list("pk", flat=True)) for model in apps.get_models()}
    act()
    return [row for model, known in before.items() for row in model._default_manager.exclude(pk__in=known)]


def traces(row):
    """What a row says of who sent it and when: moments within a day, and people."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(field, models.DateTimeField) and value is not None:
            if timezone.localtime(value).time().isoformat() != "00:00:00":
                yield f"{row._meta.label}.{field.name}: {value}"
        elif field.related_model is User and value is not None and field.name != "recipient":
            yield f"{row._meta.label}.{field.name}: {value}"
        elif "10.0.0.7" in str(value):
            yield f"{row._meta.label}.{field.name}: an address"


def test_nothing_is_kept_of_who_sends_without_a_name_even_where_he_is_signed_in(year, notice, second, caplog):
    """Every row that an objection, a clue, an addition and a retraction write, whatever the table."""
    appoint(second, year.campus.root, "discipline")
    visitor, picture = Visitor(year.clock, year.campus.colleague), photograph()
    cookie = visitor.client.cookies["sessionid"].value

    def everything():
        code = visitor.object(notice, text=TEXT, files=picture)
        visitor.follow(code, do="add", text="另有补充")
        visitor.follow(code, do="retract")
        visitor.send("/public/clue/?about=head", about="head", text="有人收礼", notice=notice.pk)

    with caplog.at_level(logging.DEBUG):
        rows = written_by(everything)

    kinds = {row._meta.model_name for row in rows}
    assert kinds >= {"objection", "clue", "addition", "attachment", "notification", "auditentry"}
    assert [trace for row in rows for trace in traces(row)] == []
    assert visitor.client.cookies["sessionid"].value == cookie
    logged = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert [line for line in logged if any(word in line for word in ("10.0.0.7", TEXT, "colleague"))] == []


def test_traces_are_found(year, notice):
    """The same search finds what a colleague's objection keeps of him."""
    actor = year.actor(year.campus.colleague)
    rows = written_by(lambda: objections.object_to(notice, actor=actor, text=TEXT, at=year.clock.now))

    assert {trace.partition(":")[0] for row in rows for trace in traces(row)} >= {
        "workflows.Objection.at",
        "workflows.Objection.author",
        "registers.AuditEntry.at",
        "registers.AuditEntry.actor",
    }


def test_pages_are_kept_by_no_cache_and_no_search_engine(notice, visitor):
    for url in ("/public/", f"/public/notices/{notice.pk}/", form_of(notice), "/public/clue/", "/public/receipt/"):
        answer = visitor.client.get(url)
        assert (answer["Cache-Control"], answer["X-Robots-Tag"].split(",")[0]) == ("no-store", "noindex")
        assert "default-src 'self'" in answer["Content-Security-Policy"]


# --- The receipt code --------------------------------------------------------------------------------------------


def test_code_follows_its_objection_however_it_is_typed(year, notice, visitor):
    code = visitor.object(notice, text=TEXT)
    kept = " ".join(map(str, Objection.objects.values_list())) + str(list(AuditEntry.objects.values_list("detail")))

    assert code not in kept
    assert receipts.plain(code) not in kept
    for typed in (code, code.lower(), code.replace("-", ""), f" {code.replace('0', 'O').replace('1', 'l')} "):
        answer = visitor.follow(typed)
        assert answer.status_code == 200, typed
        assert TEXT in page_of(answer)
    assert visitor.follow("0000-0000-0000-0000-0000").status_code == 422


def test_form_that_is_sent_twice_is_one_objection_with_one_code(year, notice, visitor):
    typed = visitor.form(form_of(notice))
    said = {"category": "grade", "row": 0, "text": TEXT}
    codes = {code_of(visitor.send(form_of(notice), typed, **said)) for _ in "ab"}

    assert (len(codes), Objection.objects.count()) == (1, 1)


def test_codes_cannot_be_guessed_on_and_on(monkeypatch, notice, visitor):
    monkeypatch.setitem(rate_limits.LIMITS, "codes", rate_limits.Limit(2, 600, "过多"))
    code = visitor.object(notice)

    answers = [visitor.follow("2" * 20) for _ in "abc"]
    assert ["过多" in page_of(answer) for answer in answers] == [False, False, True]
    assert visitor.follow(code).status_code == 422  # from this address nothing more
    assert Visitor(visitor.clock, address="10.0.0.8").follow(code).status_code == 200


def test_visitor_adds_and_takes_back_by_his_code(year, notice, visitor):
    code = visitor.object(notice, text=TEXT)

    assert "补充已送达" in page_of(visitor.follow(code, do="add", text="另见附件二"))
    assert "另见附件二" in page_of(visitor.follow(code))
    assert visitor.follow(code, do="add", text="").status_code == 422
    assert "异议已撤回" in page_of(visitor.follow(code, do="retract"))
    assert visitor.follow(code, do="add", text="再补充").status_code == 422
    year.at("09-24")
    year.sweep()
    assert notice.sheets.get().step == "decide"  # nothing holds it up


# --- Proof of a person, and limits -------------------------------------------------------------------------------


BAD = {
    "wrong answer": {"answer": "3"},
    "no answer": {"answer": ""},
    "token of another form": {"token": "x"},
    "field that only programs fill": {"website": "http://example.com"},
    "no category": {"category": ""},
    "row that is not there": {"row": "7"},
    "a name without a way to reach him": {"name": "某人"},
}


@pytest.mark.parametrize("case", BAD)
def test_form_that_is_refused_keeps_what_was_typed_and_has_no_effect(notice, visitor, case):
    said = {"category": "grade", "row": "1", "text": TEXT, **BAD[case]}
    typed = visitor.form(form_of(notice))
    with connection.execute_wrapper(writes := Writes()):
        answer = visitor.client.post(form_of(notice), {**typed, **said})

    assert answer.status_code == 422
    assert TEXT in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()
    assert {table for table in writes.tables if table != "django_cache"} == set()


@pytest.mark.parametrize(("seconds", "refused"), [(1, "提交得太快"), (3, ""), (4 * 3600 - 1, ""), (4 * 3600, "太久")])
def test_form_is_sent_neither_at_once_nor_much_later(clock, seconds, refused):
    at = clock.now
    question = captcha.ask("clue", at=at)
    first, second = question.words.removesuffix("等于多少？").split("加")
    answer = str(captcha.number_in(first) + captcha.number_in(second))
    later = at + timezone.timedelta(seconds=seconds)

    if refused:
        with pytest.raises(Refused, match=refused):
            captcha.nonce_of(question.token, answer, "clue", at=later)
    else:
        assert captcha.nonce_of(question.token, answer, "clue", at=later)
    with pytest.raises(Refused):
        captcha.nonce_of(question.token, answer, "notice:1", at=later)  # of another form


@pytest.mark.parametrize("number", [11, 20, 35, 99])
def test_answer_may_be_written_in_chinese_and_in_wide_digits(number):
    wide = str(number).translate({ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789"})

    assert [captcha.number_in(typed) for typed in (captcha.in_words(number), wide, f" {number} ")] == [number] * 3
    assert captcha.number_in("许多") == -1


def test_limit_of_an_address_counts_what_was_taken_and_not_what_was_refused(monkeypatch, notice, visitor):
    monkeypatch.setitem(rate_limits.LIMITS, "notice", rate_limits.Limit(2, 3600, "提交的次数过多"))
    for _ in range(5):
        assert visitor.send(form_of(notice), category="grade", row=0, text="").status_code == 422
    for _ in range(2):
        visitor.object(notice)

    answer = visitor.send(form_of(notice), category="grade", row=0, text=TEXT)
    assert (answer.status_code, Objection.objects.count()) == (422, 2)
    assert "提交的次数过多" in page_of(answer)
    assert TEXT in answer.content.decode()
    Visitor(visitor.clock, address="10.0.0.8").object(notice)
    assert visitor.send("/public/clue/?about=unit", about="unit", text=TEXT).status_code == 200  # other things go on


def test_one_page_is_tried_a_few_times(monkeypatch, notice, visitor):
    monkeypatch.setitem(rate_limits.LIMITS, "form", rate_limits.Limit(2, 3600, "这一页提交的次数过多", "answer"))
    typed = visitor.form(form_of(notice))
    answers = [visitor.send(form_of(notice), typed, category="", row=0, text=TEXT) for _ in "abc"]

    assert "这一页提交的次数过多" in page_of(answers[2])
    assert typed["token"] not in answers[2].content.decode()  # a new question


def test_door_stays_open_where_the_cache_is_away(monkeypatch, notice, visitor):
    def away(*args, **kwargs):
        raise OSError

    for name in ("add", "get", "incr", "touch"):
        monkeypatch.setattr(cache, name, away, raising=False)

    visitor.object(notice)
    assert Objection.objects.count() == 1
