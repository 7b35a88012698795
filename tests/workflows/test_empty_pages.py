"""A site before its first campaign: every page of every menu, and all that it links to, is there and says something."""

import re

import pytest
from django.urls import reverse

from registers.actors import ROLE_LABELS
from registers.models import Appointment, Unit
from registers.schemes import versions
from tests.factories import appoint, make_person, make_scheme
from workflows.policies.campaigns import PREPARES
from workflows.views.navigation import EVERYONE, MENU

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

LINKS = re.compile(r'<a\b[^>]*?\bhref="(/[^"#?]*)(?:\?[^"]*)?"')
FILES = (".pdf", ".docx", ".xlsx", ".zip")  # what they hold does not hang on a campaign, and they take long to write
# Those who prepare the first campaign see all their pages, the others what is theirs alone.
ROLES = [*PREPARES, *(role for role in ROLE_LABELS if role in Appointment.Role.values and role not in PREPARES)]


def links_of(page):
    """Pages of this site that the page's own part links to."""
    found = LINKS.findall(page[page.index("<main") : page.index("</main>")])
    return {link for link in found if not link.endswith(FILES)}


@pytest.mark.parametrize("is_adopted", [False, True], ids=["no rule book adopted", "a rule book adopted"])
def test_every_page_of_an_empty_site_is_there(client, clock, is_adopted):
    root = Unit.objects.create(code="root", name="某大学", unit_type="institution")
    scheme = make_scheme()
    if is_adopted:
        versions.adopt(scheme, root, at=clock.now)
    visited, lost = set(), []

    def visit(address, role):
        visited.add(address)
        answer = client.get(address)
        page = answer.content.decode()
        waits = answer.status_code == 422 and "还没有采用方案" in page
        if answer.status_code != 200 and not (waits and not is_adopted):
            lost.append((role, address, answer.status_code))
            return set()
        assert "<h1" in page, address
        return links_of(page)

    for role in ("registrar", "office") if is_adopted else ROLES:
        person = make_person(role, root)
        appoint(person, root, role)
        client.force_login(person, backend="registers.sessions.People")
        entries = {reverse(name) for _, _, name, _, roles in MENU if roles is EVERYONE or role in roles}
        entries = entries if role in PREPARES else entries - visited
        linked = set().union(*(visit(address, role) for address in sorted(entries)))
        for address in sorted(linked - visited):
            visit(address, role)

    assert lost == []
    assert is_adopted or {reverse(name) for _, _, name, *_ in MENU} <= visited
