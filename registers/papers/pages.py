"""A ``Paper`` as HTML, and that HTML as PDF.

Whatever users typed is text: escaped, and nothing is ever fetched.
"""

import re
from contextlib import suppress
from functools import cache
from math import ceil
from pathlib import Path
from threading import Lock

from django.template.loader import get_template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from registers.papers import continued, faces
from registers.papers.letters import with_kinds
from registers.papers.paper import SPECIMEN, Block
from registers.papers.words import BLANK_DATE, lines_taken, wide

_CSS = Path(__file__).resolve().parents[2] / "static" / "css"
# The sheet itself, its running text, the widths of its columns, its heights in lines of text. Then how a screen shows it.
_PRINTED = ("paper.css", "paper-letters.css", "paper-columns.css", "paper-lines.css", "paper-slips.css")
_SHOWN = (*_PRINTED, "paper-screen.css")
# Lines of text on a page below the head of a table.
_LINES = {"landscape": 26, "portrait": 36}
_DAY = re.compile(rf"(\d{{4}}年\d{{1,2}}月\d{{1,2}}日|\d{{4}}-\d\d-\d\d|{BLANK_DATE})")
# Points from the left to the right end of a table.
_WIDTH = {"landscape": 740, "portrait": 470}
# Pango's font map is not made for several threads at once.
_PRESS = Lock()


class PaperError(Exception):
    """A paper that cannot be printed.

    The message is a Chinese sentence with the remedy.
    """


def styles(names=_SHOWN):
    """Return the CSS of a paper, which the site serves in several files."""
    return "".join((_CSS / name).read_text(encoding="utf-8") for name in names)


def to_html(paper, *, standalone=True):
    """Return ``paper`` as HTML.

    Either a page of its own that needs no other file, or the fragment for a page of the site.
    """
    return _markup(paper, standalone=standalone, styles=styles() if standalone else "")


def to_pdf(papers):
    """Return papers as one PDF, each from a new page in its own orientation, counting its own pages.

    The same papers give the same bytes. Raises ``PaperError`` when pango or a Chinese font is missing or there is
    nothing to print.
    """
    if not papers:
        raise PaperError("没有可打印的表，请先选择至少一份。")
    title = f"{papers[0].full_title}等{len(papers)}份" if len(papers) > 1 else ""
    return _printed([_markup(paper, standalone=True) for paper in papers], title=title)


def markup_to_pdf(markup):
    """Return a page of our own templates as PDF. Raises ``PaperError`` as ``to_pdf`` does."""
    return _printed([markup])


def _printed(markups, *, title=""):
    require_fonts()
    from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415 (needs pango)

    try:
        with _PRESS:
            return _print(markups, title)
    except FatalURLFetchingError as error:
        raise PaperError("打印已停止：表中出现了外部资源地址。请将此情况告知管理员。") from error


def _print(markups, title):
    press, fetcher, sheet = _press()
    fonts = _fonts()
    documents = [
        press.HTML(string=markup, url_fetcher=fetcher).render(stylesheets=[sheet], font_config=fonts)
        for markup in markups
    ]
    for document in documents:
        continued.name_again(document.pages)
    book = documents[0].copy([page for document in documents for page in document.pages])
    if title:
        book.metadata.title = title
    return book.write_pdf()


def warm():
    """Read all that a paper needs, for the processes that are forked from this one.

    The first paper of a process would take as long as ten others. Nothing is printed: pango may start a thread for that,
    and a forked process would wait for it for ever. A missing font or a full disk keeps nobody from starting the site:
    whoever prints is told.
    """
    with suppress(PaperError, OSError):
        require_fonts()
        _press()
        _markup(SPECIMEN, standalone=True)


def print_specimen():
    """Print a form and throw it away, in a process from which nobody who prints is forked (``warm``).

    The first paper would take as long as two others.
    """
    with suppress(PaperError, OSError):
        to_pdf([SPECIMEN])


def require_fonts():
    """Raise ``PaperError`` unless pango and a font with Chinese characters are installed."""
    try:
        import weasyprint  # noqa: F401, PLC0415 (needs pango: the rest of the site works without it)
    except (ImportError, OSError) as error:
        raise PaperError(
            "无法生成 PDF：系统缺少 pango。请管理员安装：apt-get install libpango-1.0-0 libpangoft2-1.0-0。"
        ) from error
    try:
        faces.require_chinese()
    except faces.FacesMissing as error:
        raise PaperError(str(error)) from error


def _markup(paper, *, standalone, styles=""):
    header = [_valued(row, paper.header_shares, paper) for row in paper.header if paper.header_style == "grid"]
    groups = _groups(paper)
    footer = [_valued(row, paper.footer_shares, paper) for row in paper.footer if paper.footer_style == "grid"]
    page = {
        "paper": paper,
        "standalone": standalone,
        "size": "small" if paper.text_size < 12 else "normal",
        # Our own file, not user text; a <style> element does not know entities.
        "styles": mark_safe(styles),
        "header": header,
        "paragraphs": with_kinds(paper.paragraphs),
        "footer": footer,
        "endless_header": any(endless for _, endless in header),
        "endless_footer": any(endless for _, endless in footer),
        "head": [[(cell, _label(cell.text, _share(cell, paper), paper)) for cell in row] for row in paper.head_rows],
        "groups": groups,
        "endless_rows": any(endless for group in groups for _, endless in group),
        # One line of a smaller size looks better than two of which one is nearly empty.
        "title_long": _WIDTH[paper.orientation] / 22 < len(paper.title) <= _WIDTH[paper.orientation] / 18,
    }
    return get_template("papers/paper.html").render(page)


def _valued(row, shares, paper):
    """Return header or footer cells as ``(item, label, lines, closing)``, and whether the row may break."""
    items, lines = [], 0
    for at, item in enumerate(row):
        across = _across(sum(shares[2 * at + 1 :][: item.colspan]), paper)
        texts, closing = (item.lines, item.closing(across)) if isinstance(item, Block) else ([item.text], "")
        pieces = [_dated(text, across) for text in texts]
        items.append((item, _label(item.label, shares[2 * at], paper), pieces, closing))
        lines = max(lines, sum(lines_taken(text, across) for text in texts))
    return items, lines > _LINES[paper.orientation] // 3


def _across(share, paper):
    """Return how many Chinese characters fit side by side in ``share`` percent of the table."""
    return max(2, int((_WIDTH[paper.orientation] * share / 100 - 11) / paper.text_size))


def _label(text, share, paper):
    """Return a label as HTML.

    Too long for its cell it breaks into even pieces (风险/类别), not after the last character that fits.
    """
    fits = _across(share, paper)
    if len(text) <= fits:
        return text
    before, bracket, after = text.partition("（")
    pieces = [piece for part in (before, bracket + after) for piece in _even_pieces(part, fits)]
    return format_html_join("", '<span class="paper-piece">{}</span>', ((piece,) for piece in pieces))


def _even_pieces(text, fits):
    """Split ``text`` into pieces of nearly the same length, at most ``fits`` characters each."""
    if len(text) <= fits:
        return [text] if text else []
    size = ceil(len(text) / ceil(len(text) / fits))
    # Most words have two characters, so an even piece rarely cuts one; a single last character looks worse.
    if size % 2 and size < fits and len(text) % (size + 1) != 1:
        size += 1
    elif size % 2 and size > 2 and len(text) % (size - 1) != 1:
        size -= 1
    return [text[at : at + size] for at in range(0, len(text), size)]


def _dated(text, across=28):
    """Return ``text`` as HTML in which no date is broken over two lines.

    ``across``: how many Chinese characters fit side by side. A date that does not fit is broken all the same.
    """
    parts = _DAY.split(text)
    if len(parts) == 1:
        return text
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<span class="paper-piece">{}</span>', part) if at % 2 and wide(part) <= across else part,)
            for at, part in enumerate(parts)
        ),
    )


def _groups(paper):
    """Return the rows that must stay on one page, and whether each is higher than a page.

    A row is ``[(cell, its text, the head of its column)]``. Rows joined by a merged cell belong together: a page break
    between them would cut that cell open. What is higher than a page must be broken all the same.
    """
    groups, reaches, heads = [], 0, _heads(paper)
    for row in paper.body:
        if not reaches:
            groups.append([])
        room = [_across(_share(cell, paper), paper) for cell in row]
        high = max(lines_taken(cell.text, across) for cell, across in zip(row, room, strict=True))
        cells = [(cell, _dated(cell.text, across), heads[cell.column]) for cell, across in zip(row, room, strict=True)]
        groups[-1].append((cells, high > _LINES[paper.orientation]))
        reaches = max(reaches, *(cell.rowspan for cell in row)) - 1
    return groups


def _heads(paper):
    """Return for each column the words of its head from top to bottom, as a phone shows them beside each value."""
    heads = [[] for _ in paper.columns]
    for row in paper.head_rows:
        for cell in row:
            for column in range(cell.column, cell.column + cell.colspan):
                heads[column].append(cell.text)
    return ["·".join(words) for words in heads]


def _share(cell, paper):
    return sum(column.share for column in paper.columns[cell.column :][: cell.colspan])


@cache
def _press():
    """Return WeasyPrint, our fetcher and the parsed style sheet.

    They are costly to make and the same for every paper.
    """
    import weasyprint  # noqa: PLC0415 (needs pango: the rest of the site works without it)
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse  # noqa: PLC0415 (needs pango)

    _, assets = faces.sheet_and_assets()

    class OwnAssetsOnly(URLFetcher):
        """A fetcher of our own fonts. Any other address stops the printing."""

        def fetch(self, url, headers=None):
            if url in assets:
                return URLFetcherResponse(url, assets[url])
            raise FatalURLFetchingError(url)

    fetcher = OwnAssetsOnly()
    return weasyprint, fetcher, weasyprint.CSS(string=styles(_PRINTED), url_fetcher=fetcher)


@cache
def _fonts():
    """Return the set of fonts. Only a process that prints itself may ask for it (``warm``)."""
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 (needs pango)

    weasyprint, fetcher, _ = _press()
    rules, _ = faces.sheet_and_assets()
    fonts = FontConfiguration()
    weasyprint.CSS(string=rules, font_config=fonts, url_fetcher=fetcher)
    return fonts
