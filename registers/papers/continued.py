"""Rows that go on overleaf: what names a row stands again at its top on every further page.

WeasyPrint breaks a row and leaves the cells whose text has ended empty. It has no rule to repeat one, so the laid out
words of the first cell, and of the labels of sign-offs, are put there a second time.
"""


def name_again(pages):
    """Repeat first cell and labels of each row that began on an earlier one of ``pages`` (WeasyPrint's)."""
    begun = {}
    for page in pages:
        for row in _body_rows(page._page_box):
            first = begun.setdefault(row.element, row)
            if first is not row:
                for cell, before in zip(row.children, first.children, strict=False):
                    if not cell.children and (cell.element_tag == "th" or cell is row.children[0]):
                        _put_again(before, cell, row)


def _body_rows(box):
    """Yield the rows below ``box`` that do not stand on every page anyway."""
    for child in getattr(box, "children", ()):
        if getattr(child, "is_header", False) or getattr(child, "is_footer", False):
            continue
        if type(child).__name__ == "TableRowBox":
            if child.element is not None:
                yield child
        else:
            yield from _body_rows(child)


def _put_again(before, cell, row):
    lines = [child.deepcopy() for child in before.children]
    if not lines:
        return
    top, last = lines[0].position_y, lines[-1]
    if last.position_y + last.height - top > row.height:
        return  # it would stand across the next row
    right, down = cell.position_x - before.position_x, row.position_y + before.padding_top - top
    for line in lines:
        line.translate(right, down)
    cell.children = lines
