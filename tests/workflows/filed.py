"""What has been filed: whether the body that decides had every row before it, and whether anything required is missing."""

from workflows.models import Decision, FiledPaper


def faults_of_carried(sheets, *, carried):
    """Return what is wrong with the filed sheets of the tasks ``carried`` (codes), in words.

    A year in which hardly any was carried, or none was sent back by itself, is wrong as well.
    """
    papers, codes = _papers(sheets), set(filter(None, carried))
    carriers = {sheet.pk: sheet for sheet in sheets if sheet.task.rules.carries and sheet.pk in papers}
    found, seen = [], 0
    for sheet in sheets:
        if sheet.task.code in codes and sheet.pk in papers:
            seen += 1
            if sheet.carrier_id not in carriers:
                found.append(f"{sheet} was filed by itself")
                continue
            carrier = carriers[sheet.carrier_id]
            if sheet.filed_at != carrier.filed_at:
                found.append(f"{sheet} was not filed with {carrier}")
            found += [f"{sheet}: {fault}" for fault in _of_papers(sheet, papers[sheet.pk], papers[carrier.pk])]
    for carrier in carriers:
        found += [f"{row} has no reason" for row in papers[carrier].get("absent", []) if not row["reason"]]
    if codes and not Decision.objects.filter(verdict="part", submission__in=carriers).exists():
        found.append("no sheet was sent back by itself")
    return found if seen > 5 or not codes else [*found, f"only {seen} sheets were carried"]


def _of_papers(sheet, own, table):
    """What differs between a person's paper and the rows and decisions on the unit's."""
    listed = {row["entry"]: row for row in table["rows"] if row.get("sheet") == str(sheet.pk)}
    if {row["entry"]: row.get("grade") for row in own["rows"]} != {
        key: row.get("grade") for key, row in listed.items()
    }:
        yield "other rows or grades than on the unit's table"
    for step in set(table["signoffs"]) - {step.code for step in sheet.task.route_rules.steps}:
        act, theirs = own["signoffs"].get(step), table["signoffs"][step]
        if act is None:
            yield f"no decision of {step}"
        elif act["name"] == sheet.person.name:
            yield f"his own decision of {step}"
        elif (act["name"], act["at"]) != (theirs["name"], theirs["at"]) and theirs["name"] != sheet.person.name:
            yield f"another decision of {step}"


def empty_cells(sheets):
    """Return the cells that the rule book requires and that a filed paper leaves empty, in words."""
    papers, found = _papers(sheets), []
    for sheet in sheets:
        if sheet.pk not in papers:
            continue
        task, rules = sheet.task.rules, sheet.task.campaign.scheme.rules
        own = [ask.field for ask in task.asks if ask.required and task.brings in ("points", "powers")]
        measured = task.brings == "measures" or "measures" in task.also
        measures = [f"measures.{stage.code}" for stage in rules.measure_stages] if measured else []
        for row in papers[sheet.pk]["rows"]:
            needed = measures if "sheet" in row else own + measures
            found += [f"{sheet}: {name}" for name in needed if not row.get(name)]
    return found


def _papers(sheets):
    return dict(FiledPaper.objects.filter(submission__in=sheets).values_list("submission", "document"))
