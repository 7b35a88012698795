"""The menu: what each reader finds in it, what folds, and whom the pages name for help."""

import pytest
from django.conf import settings
from django.urls import reverse
from lxml import html

from registers.actors import ROLE_LABELS, Actor, Grant
from registers.models import Unit
from registers.schemes import versions
from registers.schemes.checking import loading
from tests.factories import make_person, moment
from tests.registers.test_schemes_all import RULES
from workflows.views.navigation import ASKED, DAILY, EVERYONE, MENU, MORE, SHORT, menu, whom_to_ask

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

FOLDED = [(group, name) for group, _, name, _, _ in MENU if group != DAILY]


@pytest.fixture
def root():
    return Unit.objects.create(code="root", name="某大学", unit_type="institution")


@pytest.fixture
def person(root, clock):
    return make_person("某人", root)


@pytest.fixture
def acting(person, root):
    """Return the person as an actor who holds the roles given to it, the three administrators at once if need be."""

    def made(*roles):
        actor = Actor(person)
        actor.grants = [Grant(role, root.pk, root.name) for role in roles]
        return actor

    return made


def names_in(groups):
    """Addresses of all entries of a menu, in order."""
    return [entry["url"] for group in groups for entry in group["entries"]]


def test_nobody_misses_an_entry_that_is_his(acting):
    for role in [None, *ROLE_LABELS]:
        groups = menu(acting(*filter(None, [role])), "desk")
        own = [reverse(name) for _, _, name, _, roles in MENU if roles is EVERYONE or role in roles]
        assert sorted(names_in(groups)) == sorted(own), role
        assert len({group["label"] for group in groups}) == len(groups), role
        assert [group["label"] for group in groups if not group["folds"]] == [DAILY], role


def test_person_without_a_role_has_a_short_menu(acting):
    shown, more = menu(acting(), "desk")

    assert set(names_in([shown])) == {reverse(name) for name in SHORT}
    assert (more["label"], more["folds"], more["is_open"]) == (MORE, True, False)


def test_only_the_group_of_the_present_page_is_open(acting):
    everything = acting(*ROLE_LABELS)
    for label, name in FOLDED:
        opened = [group for group in menu(everything, name) if group["folds"] and group["is_open"]]
        assert [group["label"] for group in opened] == [label], name
        assert [entry["url"] for entry in opened[0]["entries"] if entry["active"]] == [reverse(name)]
    nobody = acting()
    for _, name in FOLDED:
        more = menu(nobody, name)[1]
        assert more["is_open"] == (reverse(name) in names_in([more])), name


@pytest.mark.parametrize("running", RULES)
def test_what_no_rule_book_asks_for_is_left_out(acting, running):
    """A campaign may run under another rule book than that in use: what either asks for is shown."""
    everything = acting(*ROLE_LABELS)
    for in_use in RULES:
        books = [RULES[running], RULES[in_use]]
        shown = names_in(menu(everything, "desk", books))
        for name, asked in ASKED.items():
            assert (reverse(name) in shown) == any(bool(asked(rules)) for rules in books), (in_use, name)


def test_page_shows_folded_groups_and_says_where_one_is(client, person):
    client.force_login(person, backend="registers.sessions.People")

    for page, is_open in (("desk", False), ("comparison", True)):
        tree = html.fromstring(client.get(reverse(page)).content)
        (fold,) = tree.xpath("//nav[@id='nav']//details")
        assert ("open" in fold.attrib) == is_open
        (current,) = tree.xpath("//nav[@id='nav']//a[@aria-current='page']")
        assert current.get("href") == reverse(page)
        assert (current in fold.xpath(".//a")) == is_open


def test_pages_name_whom_to_ask(client, root, person):
    text = (settings.BASE_DIR / "fixtures" / "schemes" / "changchun-2016.yaml").read_text()
    known = text.replace("identity:\n", "identity:\n  contact: {person: 某老师, phone: 0431-0001}\n", 1)
    rules, document = loading.read_text(known, "x.yaml")
    scheme, _ = versions.store(rules, document, at=moment("2026-01-01 09:00"))
    versions.adopt(scheme, root, at=scheme.loaded_at)
    words = f"请向{rules.roles['office']}询问：某老师，电话 0431-0001。"
    sent = {"username": person.number, "password": "wrong"}

    assert words in client.get(reverse("login")).content.decode()
    answers = [client.post(reverse("login"), sent) for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert answers[-1].status_code == 429
    assert words in answers[-1].content.decode()
    client.force_login(person, backend="registers.sessions.People")
    assert words in html.fromstring(client.get(reverse("desk")).content).xpath("string(//footer)")


def test_office_is_named_where_no_contact_is_known():
    rules = RULES["changchun-2016"]
    assert whom_to_ask(rules) == f"需要帮助的，请向{rules.roles['liaison']}或{rules.roles['office']}询问。"
    assert whom_to_ask(None) == "需要帮助的，请向联络员或领导小组办公室询问。"
