"""A unit under 003 whose table carries its people's sheets: what they type, and how far a table comes."""

from datetime import date

from workflows import sweeping
from workflows.sheets.documents import Composition

SLIGHT = {
    "importance": "ordinary",
    "frequency": "seldom",
    "discretion": "small",
    "probability": "low",
    "harm": "slight",
}
GRAVE = SLIGHT | {"harm": "criminal"}
AWAY = "到上级机关借调，返校后补报"


def risk(content, **values):
    said = {"duty": "办理会计核算", "manifestation": f"{content}的表现", "finding_source": "self"}
    return {"category": "power", "content": content, **said, **SLIGHT, **values}


def unit_risk(content, **values):
    return {"category": "power", "content": content, "manifestation": f"{content}的表现", **SLIGHT, **values}


def hand_in(year, **reasons):
    sheet = year.sheet("unit-search")
    content = year.points(sheet, unit_risk("单位"))
    return year.submit(sheet, {**content, "values": reasons})


def reviewed(year):
    """The group has voted and its leader concluded: the head is to propose the grades."""
    sheet = year.sheet("unit-search")
    for member in (year.campus.member, year.campus.deputy, year.campus.head):
        year.vote(sheet, member)
    return year.agree(sheet, year.campus.head)


def proposed(year):
    sheet = year.sheet("unit-search")
    return year.agree(sheet, year.campus.head, grades=year.as_proposed(sheet))


def noticed(year):
    """From the leader in charge to the step of the school's decision, past the notice."""
    sheet = year.sheet("unit-search")
    sheet = year.agree(sheet, year.campus.leader) if sheet.step == "endorse" else sheet
    year.clock.set(f"{sheet.notices.latest('pk').ends_on} 23:00")
    sweeping.sweep(at=year.clock.set(f"{date.fromordinal(year.clock.today.toordinal() + 1)} 06:00"))
    return year.sheet("unit-search")


def filed(year, grades=None):
    """From the leader in charge to the school's decision, and past it."""
    sheet = noticed(year)
    item = year.decided(sheet, grades or as_decided(sheet))
    assert item.result == "done", item.result_words
    return year.again(sheet)


def as_decided(sheet):
    return {entry.key: (entry.details["proposal"].grade, "按公示的等级确定") for entry in Composition(sheet).entries}


def key_of(sheet, content):
    [key] = [
        entry.key
        for entry in Composition(sheet).entries
        if entry.fields[1][2] == content or entry.fields[0][2] == content
    ]
    return key


def again(sheet, content):
    """What the clerk hands in again: the first point with another text."""
    lines = list(sheet.lines.select_related("risk_point").order_by("position"))
    texts = [content, *(line.risk_point.content for line in lines[1:])]
    entries = [
        {"key": str(line.entry), "base": None, "change": "add", "values": risk(text)}
        for line, text in zip(lines, texts, strict=True)
    ]
    return {"entries": entries, "values": {}}
