"""A page with a picture of figures and the tables that say the same, as HTML and PDF."""

from dataclasses import dataclass

from django.template.loader import get_template

from registers.papers import pages


@dataclass(frozen=True)
class Table:
    """One table of a page: ``columns`` as (heading, percent of the width), ``rows`` of texts and numbers."""

    caption: str
    columns: tuple
    rows: list


def to_html(title, *, notes, picture, tables):
    """Return the page as a document of its own. ``picture``: of ``registers.bars``, None for none."""
    context = {"title": title, "notes": notes, "picture": picture, "tables": tables}
    return get_template("papers/pictured.html").render(context)


def to_pdf(title, **said):
    """Return the page as PDF. ``said``: as ``to_html`` takes it. Raises ``PaperError``."""
    return pages.markup_to_pdf(to_html(title, **said))
