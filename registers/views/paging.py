"""Lists in pages, without counting all rows."""

from dataclasses import dataclass

from django.db.models import Case, Count, When

from registers.views.sent import number as sent_number

PAGE_SIZE, LAST_PAGE = 50, 10_000


@dataclass
class Page:
    """One page of rows. It knows whether there is another page, never how many rows in all."""

    rows: list
    number: int
    has_next: bool
    query: str
    size: int = PAGE_SIZE

    @property
    def first(self):
        """The running number of the first row."""
        return (self.number - 1) * self.size + 1

    @property
    def has_previous(self):
        return self.number > 1

    @property
    def previous_url(self):
        return self._url(self.number - 1)

    @property
    def next_url(self):
        return self._url(self.number + 1)

    @property
    def text(self):
        return (
            f"第 {self.number} 页，每页 {self.size} 条"
            if self.has_previous or self.has_next
            else f"共 {len(self.rows)} 条"
        )

    def _url(self, number):
        return f"?{self.query}page={number}"


class ByUnit:
    """Rows in the order of their units, of which any slice is read without those before it.

    ``rows``: a query of something that has a unit, each slice counts it by unit. ``units``: ids of units in their order.
    ``within``: the fields by which the rows of one unit are ordered. ``shown``: the fields that are read as values, else instances are.
    """

    def __init__(self, rows, units, *, within=("pk",), shown=()):
        self.rows, self.units, self.within, self.shown = rows, units, within, shown

    def __getitem__(self, part):
        numbers = dict(self.rows.order_by().values_list("unit").annotate(number=Count("*")))
        seen, before, chosen = 0, 0, []
        for unit in self.units:
            number = numbers.get(unit, 0)
            if number and seen < part.stop and seen + number > part.start:
                before = before if chosen else seen
                chosen.append(unit)
            seen += number
        place = Case(*(When(unit=unit, then=number) for number, unit in enumerate(chosen)))
        rows = self.rows.filter(unit__in=chosen).order_by(place, *self.within) if chosen else self.rows.none()
        rows = rows.values(*self.shown) if self.shown else rows
        return list(rows[part.start - before : part.stop - before])


def page_number(sent):
    """Return the page that a query or a form (``sent``) asks for, 1 for what no list has."""
    return max(sent_number(sent.get("page", ""), most=LAST_PAGE), 1)


def paged(request, rows, *, size=PAGE_SIZE):
    """Return the page of ``rows`` (a queryset or list) that the request asks for."""
    number = page_number(request.GET)
    start = (number - 1) * size
    fetched = list(rows[start : start + size + 1])
    kept = request.GET.copy()
    kept.pop("page", None)
    query = kept.urlencode()
    return Page(fetched[:size], number, len(fetched) > size, f"{query}&" if query else "", size)
