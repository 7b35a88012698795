"""The jobs that write files."""

from datetime import date

from registers import ledgers
from registers.actors import Actor
from registers.jobs import kind
from registers.models import Scheme, Unit


@kind("ledger", title="导出台账", place="台账", door="ledger")
def ledger(parameters, owner):
    """Write the ledger that a person asked for.

    It holds what that person may read at the time the worker writes it.
    """
    actor = Actor(owner)
    unit = Unit.objects.visible_to(actor).get(code=parameters["unit"])
    scheme = Scheme.objects.visible_to(actor).in_use()
    on = date.fromisoformat(parameters["on"])
    content = ledgers.workbook(ledgers.for_reader(actor), scheme, unit, on=on, year=on.year)
    return f"{unit.name}{scheme.rules.ledger_title}{on:%Y%m%d}.xlsx", content
