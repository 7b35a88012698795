"""A point that an old ledger says twice. Pure: no Django.

Nothing that either row says is lost, and what differs is told.
"""


def into(first, other, *, grades, most_named):
    """Put what a later row says of a point into the record of the first one.

    Returns what differs as texts. The graver grade counts, and all measures. ``grades``: code → label, the gravest first.
    """
    differs = [*_grade(first, other, grades), *_category(first, other), *_measures(first, other)]
    if other.manifestation not in ("", first.manifestation):
        first.manifestation = _lines(first.manifestation, other.manifestation)
        differs.append("两处的表现形式都保留")
    if people := [who for who in other.responsible if who not in first.responsible]:
        named = [*first.responsible, *people]
        first.responsible = named[:most_named]
        first.notes += [f"责任人还有：{who}" for who in named[most_named:]]
        differs.append("两处的责任人都保留")
    first.notes = list(dict.fromkeys([*first.notes, *other.notes]))
    return differs


def _grade(first, other, grades):
    if other.grade == first.grade:
        return []
    given = [code for code in grades if code in (first.grade, other.grade)]
    places = "、".join(
        f"{record.row.place('grade')} 为{grades.get(record.grade, '未评定')}" for record in (first, other)
    )
    first.grade, first.graded = given[0], True
    return [f"等级不同（{places}），取{'较重的' * (len(given) > 1)}{grades[given[0]]}"]


def _category(first, other):
    if other.category == first.category:
        return []
    if not first.category:
        first.category = other.category
        return []
    places = "、".join(record.row.place("category") for record in (first, other))
    return [f"类别不同（{places}），取前一处的"]


def _measures(first, other):
    more = {stage: text for stage, text in other.measures.items() if text not in first.measures.get(stage, "")}
    first.measures |= {stage: _lines(first.measures.get(stage, ""), text) for stage, text in more.items()}
    return ["两处的防控措施都保留"] if more else []


def _lines(*texts):
    return "\n".join(dict.fromkeys(text for text in texts if text))
