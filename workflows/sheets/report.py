"""Sheets whose table is compiled from the register, and written reports."""

from workflows.sheets.base import Sheet
from workflows.sheets.fields import Incomplete, faults_of


class ReportSheet(Sheet):
    """A directory compiled by itself, or a text the unit writes. Source: R1-14, R1-35, R1-46."""

    has_entries = False

    def sheet_fields(self):
        return self.asked_fields

    def faults(self, content):
        wrong = faults_of(self.sheet_fields(), content["values"]) | self.file_faults()
        return {"": wrong} if wrong else {}

    def write(self, content):
        """Keep the written text on the submission. Raises ``Incomplete``."""
        if faults := self.faults(content):
            raise Incomplete(faults)
        self.keep_narrative(content)

    def shown(self):
        return []
