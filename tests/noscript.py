"""A person whose browser runs no script: reads the page, fills what it asks for, presses its buttons."""

from django.test import Client
from lxml import html

from tests.browser.pages import PASSWORD

TEXT = "按规定办理，逐项核对"


def has(name):
    """The XPath condition of a class name."""
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"


class Plain:
    """A signed-in visitor; ``page`` is what stands on the screen."""

    def __init__(self, user):
        self.client, self.page = Client(raise_request_exception=True), None
        self.client.force_login(user)

    def go(self, address):
        return self._show(self.client.get(address, follow=True))

    def _show(self, response):
        assert response.status_code in (200, 409, 422), (response.status_code, response.redirect_chain)
        self.page = html.fromstring(response.content.decode())
        refused = response.status_code == 422 and self.page.xpath(f".//main//*[{has('field-error')}]")
        assert not refused or self.page.xpath(f".//main//*[{has('alert-danger')}]"), "it says nothing at the top"
        self.page.make_links_absolute(f"http://testserver{response.request['PATH_INFO']}")
        return self

    @property
    def words(self):
        return " ".join(self.page.find(".//main").text_content().split())

    @property
    def complaints(self):
        """What the page says is wrong."""
        return [
            " ".join(place.text_content().split())
            for place in self.page.xpath(f".//*[{has('alert-danger')} or {has('field-error')}]")
        ]

    def form(self, condition):
        """The form for which an XPath condition holds."""
        [found] = self.page.xpath(f".//form[{condition}]")
        return found

    def press(self, form, name="", value="", address=""):
        """Send a form by one of its buttons."""
        fields = list(form.form_values()) + ([(name, value)] if name else [])
        data = {}
        for key, text in fields:
            data.setdefault(key, []).append(text)
        return self._show(self.client.post(address or form.action or form.base_url, data, follow=True))


def fill_in(form, *, prefer=()):
    """Give every empty control of a form a value: its first choice, or some words. ``prefer``: values taken where offered.

    Where one box speaks for all that has no choice of its own (其余…), it is ticked instead.
    """
    rest = form.xpath(".//input[@type='checkbox'][@name='rest']")
    for box in rest:
        box.set("checked", "checked")
    for group in {control.name for control in form.xpath(".//input[@type='radio']")}:
        if rest and group.startswith(("g-", "v-")):
            continue
        choices = form.xpath(f".//input[@type='radio'][@name='{group}']")
        if not any(choice.get("checked") is not None for choice in choices):
            wanted = next((choice for choice in choices if choice.get("value") in prefer), choices[0])
            wanted.set("checked", "checked")
    for control in form.xpath(".//select"):
        options = [option for option in control.value_options if option]
        if not control.value and control.get("aria-required"):
            control.value = next((option for option in options if option in prefer), options[0])
    for control in form.xpath(".//textarea"):
        control.value = (control.value or "").strip() or TEXT
    # One with a list to choose from wants something of that list, or nothing; what is folded away need not be filled.
    for control in form.xpath(".//input[@type='text'][not(@list)][not(ancestor::details)]"):
        control.value = (control.value or "").strip() or TEXT
    for control in form.xpath(".//input[@type='password']"):
        control.value = PASSWORD
