"""The jobs that write files."""

from datetime import date
from functools import partial

from registers import ledgers
from registers.access import require
from registers.actors import Actor
from registers.jobs import kind
from registers.models import Scheme, Unit
from registers.papers import pages, writing
from registers.papers.xlsx import ledger_workbook
from registers.refusals import Refused


def _may_export(actor, parameters):
    require(actor, "export_ledger", Unit.objects.visible_to(actor).get(code=parameters["unit"]))


@kind("ledger", title="导出台账", place="台账", door="ledger", guard=_may_export)
def ledger(parameters, owner, *, reason=""):
    """Write the ledger that a person asked for.

    It holds what that person may read at the time the worker writes it; for a registrar, who reads none of it, what he
    files, with his ``reason``.
    """
    actor = Actor(owner)
    unit = Unit.objects.visible_to(actor).get(code=parameters["unit"])
    scheme = Scheme.objects.visible_to(actor).in_use()
    on = date.fromisoformat(parameters["on"])
    said = f"{owner.name}导出，理由：{reason}" if reason else ""
    sheets = ledgers.worksheets(ledgers.for_export(actor, unit), scheme, unit, on=on, year=on.year, said=said)
    return f"{unit.name}{scheme.rules.ledger_title}{on:%Y%m%d}.xlsx", partial(ledger_workbook, sheets)


def _asked_at_its_address(actor, parameters):
    """Let the address of the paper decide, to which its owner is sent: it asks who may read the paper and whether it is the same."""


@kind("paper", title="生成表格", place="我的待办", door="desk", guard=_asked_at_its_address)
def paper(parameters, owner, *, source):
    """Write a paper that is too heavy for a page.

    ``source``: the packed paper. It was composed when its owner asked for it, and his rights were asked then.
    """
    form = parameters["form"]
    return f"表格.{form}", partial(_printed, source, form)


def _printed(source, form):
    try:
        return writing.write(writing.unpack(source), form)
    except pages.PaperError as fault:
        raise Refused(str(fault)) from fault
