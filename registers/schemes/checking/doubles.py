"""Codes and names that stand twice in a list of a scheme."""

WORDS = {"code": "代码", "label": "名称"}


def doubled(where, items):
    """Yield the faults of a list whose items have a ``code`` and a ``label``: each stands once.

    ``where``: the path to the list.
    """
    for name, word in WORDS.items():
        seen = set()
        for index, item in enumerate(items):
            value = getattr(item, name)
            if value in seen:
                yield (*where, index, name), f"{word}“{value}”重复", "同一组内只用一次"
            seen.add(value)
