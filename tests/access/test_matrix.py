"""Every URL, for everybody, in every state of its object, by GET and by POST.

The expected status stands in matrix.yaml.
"""

from functools import cache
from inspect import getclosurevars

import pytest
from django.db import connection
from django.test import Client
from django.urls import resolve, reverse
from django.views.decorators.http import require_safe

from tests.access.behind import DOORS, FILE, GROUPS, MATRIX, PUBLIC, behind, body, nothing
from tests.access.browsers import Writes
from tests.access.world import NOBODY, STAFF
from tests.longer import LONG
from tests.walking import patterns

pytestmark = [pytest.mark.django_db, pytest.mark.database("wide")]

# What a refused request may still write: the denied act on record, and what every visit writes.
ON_RECORD = ("registers_auditentry", "registers_audithead", "django_session")


# --- What should come of it --------------------------------------------------------------------------------


@cache
def expected(door, method, name, persona):
    """The status that matrix.yaml gives for this cell."""
    cell = DOORS[door][method]
    if isinstance(cell, dict) and not all(isinstance(key, int) or key == "else" for key in cell):
        cell = cell[name] if name in cell else cell["rest"]
    if isinstance(cell, int):
        return cell
    for status, people in cell.items():
        if isinstance(status, int) and persona in members(people):
            return status
    if "readers" in cell and persona in members(MATRIX["sheets"][name]):
        return cell["readers"]
    return cell.get("else", 404)


@cache
def members(people):
    return {person for word in people.split() for person in GROUPS.get(word, (word,))}


# The doors at which every sheet is tried, whatever its state. They ask the same as the others who may read it.
EVERY_SHEET = ("submission_detail", "submission_file")


def by_thing(door, method, things):
    """Return those of ``things`` that have to be tried.

    Where the expected answers are the same for two of them, whoever asks, one is enough.
    """
    if LONG or (door in EVERY_SHEET and method == "GET"):
        return things
    first = {}
    for name, thing in things.items():
        first.setdefault(tuple(expected(door, method, name, persona) for persona in STAFF), (name, thing))
    return dict(first.values())


# What a view is that refuses other methods before it does anything else.
BY_METHOD = require_safe(len).__code__


def who_asks(door, method, things):
    """Return the personas who have to try a door.

    Where its view takes no such method, and says so before it looks at who asks, one is enough.
    """
    kwargs, _ = next(iter(things.values()))
    view = resolve(reverse(door, kwargs=kwargs)).func
    taken = getclosurevars(view).nonlocals["request_method_list"] if is_by_method(view) else [method]
    wanted = {expected(door, method, name, persona) for name in things for persona in STAFF}
    return STAFF if LONG or method in taken or wanted != {405} else STAFF[:1]


def is_by_method(view):
    return getattr(view, "__code__", None) is BY_METHOD


def cells(door, method, things):
    """Yield what has to be tried: name of a thing, persona.

    Who may read what is proved of all (test_scopes.py). What a door has to prove is that it asks: everybody who is answered 404
    is so at one thing at least, and each thing answers 404 to one of those at least. Any other answer is tried in full.
    """
    hidden = {name: [] for name in things}
    for name in things:
        for persona in who_asks(door, method, things):
            if LONG or (door in EVERY_SHEET and method == "GET") or expected(door, method, name, persona) != 404:
                yield name, persona
            else:
                hidden[name].append(persona)
    yield from cover(hidden)


def cover(pairs):
    """Yield a few of the pairs (name, persona) in which every name and every persona is; ``pairs``: name → personas."""
    names = {
        persona: [name for name in pairs if persona in pairs[name]] for people in pairs.values() for persona in people
    }
    taken = [(names[persona][place % len(names[persona])], persona) for place, persona in enumerate(names)]
    yield from taken
    tried = {name for name, _ in taken}
    yield from ((name, people[0]) for name, people in pairs.items() if people and name not in tried)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("door", DOORS)
def test_door_answers_as_the_matrix_says(world, door, method):
    things, wrong = by_thing(door, method, behind(world, door)), []
    for name, persona in cells(door, method, things):
        kwargs, thing = things[name]
        sent = body(world, door, thing) if method == "POST" else None
        wrong += [f"{persona}: {fault}" for fault in faults(world, door, method, name, kwargs, sent, persona)]
    if strangers := {persona for name in things for persona in STAFF if expected(door, method, name, persona) == 404}:
        wrong += not_there(world, door, method, next(iter(things.values()))[0], strangers)
    assert not wrong, f"{method} {door}, not as {FILE.name} says:\n" + "\n".join(wrong)


def faults(world, door, method, name, kwargs, sent, persona):
    """Return what is wrong with the answer that this persona gets."""
    browser, url = world.browsers[persona], reverse(door, kwargs=kwargs)
    answer, (status, tables) = None, browser.shown.get(url, (404, ())) if method == "GET" else (404, ())
    if status == 404:  # nothing that the crawl has been shown a moment ago
        answer, tables = browser.watched(method.lower(), url, sent)
        status = answer.status_code
    wanted = expected(door, method, name, persona)
    if status != wanted:
        yield f"{name or url} answers {status}, should be {wanted}"
    if status == 404 and kwargs and said(answer) != unknown(browser, method):
        yield f"{name}: the answer differs from that for something that does not exist"
    if status == 422 and not says_what_is_wrong(answer):
        yield f"{name or url} refuses a form and does not say so at the top of its page"
    changed = {table for table in tables if table not in ON_RECORD}
    if changed and (method == "GET" or status >= 400):
        yield f"{name}: answered {status} and yet changed {sorted(changed)}"


def not_there(world, door, method, kwargs, strangers):
    """Return whom a door answers otherwise than any wrong address, when it is asked for something that does not exist.

    One of those who may not see what there is stands for all.
    """
    for persona in sorted(strangers) if kwargs and LONG else sorted(strangers)[: bool(kwargs)]:
        browser = world.browsers[persona]
        if said(browser.request(method.lower(), reverse(door, kwargs=nothing(kwargs)))) != unknown(browser, method):
            yield f"{persona}: what does not exist differs from a wrong address"


def unknown(browser, method):
    """What a persona is answered at an address that leads nowhere."""
    answered = browser.__dict__.setdefault("unknown", {})
    if method not in answered:
        answered[method] = said(browser.request(method.lower(), "/no-such-address"))
        assert answered[method][0] == 404
    return answered[method]


def said(answer):
    """Return all that an answer says: status, page and headers."""
    return (
        answer.status_code,
        answer.content,
        {name: value for name, value in answer.headers.items() if name != "Set-Cookie"},
    )


def says_what_is_wrong(answer):
    """Whether words stand above the form: those beside a field may be far below what is on screen."""
    page = answer.content.decode()
    return "<main" not in page or "alert-danger" in page.partition("<main")[2].partition('class="field-error"')[0]


# --- The doors themselves ----------------------------------------------------------------------------------


def test_every_door_is_declared():
    found = {pattern.name for pattern in patterns()}
    assert None not in found, "give every URL a name; matrix.yaml declares by name who may go through"
    missing = found - set(DOORS) - set(PUBLIC)
    assert not missing, (
        f"nobody has said who may go through {sorted(missing)}: add each to {FILE.name} under doors (or public)"
    )
    assert not set(DOORS) - found, f"{FILE.name} declares doors that are gone: {sorted(set(DOORS) - found)}"


def test_doors_without_a_login_are_those_of_the_public():
    """`/healthz` is for the monitoring, people come in by the login page, the public by its own doors.

    A slip of a survey is used without an account.
    """
    assert PUBLIC[:2] == ["login", "healthz"]
    assert all(name.startswith(("public_", "survey_")) for name in PUBLIC[2:])
    assert {name for name in DOORS if name.startswith("public_")} - {"public_record"} <= set(PUBLIC)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("door", [name for name in PUBLIC[2:] if name in DOORS])
def test_public_door_answers_nobody_as_it_answers_everybody(world, door, method):
    wrong = []
    for name, (kwargs, thing) in behind(world, door).items():
        sent = body(world, door, thing) if method == "POST" else None
        wrong += faults(world, door, method, name, kwargs, sent, NOBODY)
    assert not wrong, wrong


@pytest.mark.parametrize("method", ["get", "post"])
def test_logged_out_people_are_sent_to_the_login(world, method):
    browser, wrong = world.browsers[NOBODY], []
    for door in DOORS:
        if door in PUBLIC:
            continue
        # The login is asked for before any view knows which thing it is.
        for name, (kwargs, thing) in list(behind(world, door).items())[: None if LONG else 1]:
            for arguments in (kwargs, nothing(kwargs)):
                url = reverse(door, kwargs=arguments)
                answer = browser.request(method, url, body(world, door, thing) if method == "post" else None)
                if (answer.status_code, answer.headers.get("Location")) != (302, f"{reverse('login')}?next={url}"):
                    wrong.append(f"{door} {name}: {answer.status_code} {answer.headers.get('Location')}")
    assert not wrong, "\n".join(wrong)


def test_public_doors_answer_without_login(world):
    browser = world.browsers[NOBODY]
    assert browser.get(reverse("login")).status_code == 200
    assert browser.post(reverse("login"), {"username": "clerk", "password": "wrong"}).status_code == 422
    assert browser.get(reverse("healthz")).status_code in (200, 503)  # 503: no worker in this test
    assert browser.post(reverse("healthz")).status_code == 405


def test_post_without_token_is_refused(world):
    """Whoever may post through a door is refused when the token is missing, and nothing is written."""
    seen, wrong = set(), []
    for door in DOORS:
        persona = next(
            (
                persona
                for persona in STAFF
                for name in behind(world, door)
                if expected(door, "POST", name, persona) in (200, 302, 422)
            ),
            None,
        )
        if persona is None:
            continue
        seen.add(door)
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        client.cookies.update(world.browsers[persona].client.cookies)
        kwargs, thing = next(
            found
            for name, found in behind(world, door).items()
            if expected(door, "POST", name, persona) in (200, 302, 422)
        )
        with connection.execute_wrapper(writes := Writes()):
            answer = client.post(reverse(door, kwargs=kwargs), body(world, door, thing))
        if answer.status_code != 403 or writes.tables:
            wrong.append(f"{door} as {persona}: {answer.status_code}, wrote {writes.tables}")
    assert not wrong, "\n".join(wrong)
    assert {"login", "logout", "submission_decide", "ledger_export"} <= seen


@pytest.mark.parametrize("method", ["put", "delete", "patch", "trace"])
def test_other_methods_are_refused(world, method):
    wrong = []
    for door in (*DOORS, "healthz"):
        browser = world.browsers[NOBODY if door in PUBLIC else "registrar"]
        kwargs, _ = next(iter(behind(world, door).values()))
        if (status := browser.request(method, reverse(door, kwargs=kwargs)).status_code) != 405:
            wrong.append(f"{method} {door}: {status}")
    assert not wrong, "\n".join(wrong)


def test_method_cannot_be_overridden(world):
    """A proxy's or a framework's override header does not turn a GET into a POST."""
    sheet = world.sheets["office"]
    answer = world.browsers["office"].get(
        reverse("submission_decide", args=[sheet.pk]), headers={"X-HTTP-Method-Override": "POST"}
    )
    assert answer.status_code == 405
