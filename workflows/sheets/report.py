"""Sheets whose table is compiled from the register, and written reports."""

from workflows.sheets.base import Incomplete, Sheet


class ReportSheet(Sheet):
    """A directory compiled by itself, or a text the unit writes. Source: R1-14, R1-35, R1-46."""

    has_entries = False

    def faults(self, content):
        entry = {"values": content["values"]}
        wrong = self.asks_faults(entry, self.task_rules.asks) | self.file_faults()
        return {"": wrong} if wrong else {}

    def write(self, content):
        """Keep the written text on the submission. Raises ``Incomplete``."""
        if faults := self.faults(content):
            raise Incomplete(faults)
        self.keep_narrative(content)

    def shown(self):
        return []
