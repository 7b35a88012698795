"""How what is handed in becomes lines with their records: those of all entries are written at once."""

from functools import cache

from registers.inserting import insert_few, insert_instances
from registers.prepared import Given, Prepared
from registers.text import digest_of
from workflows.models import SubmissionLine
from workflows.sheets.fields import Incomplete
from workflows.sheets.shown import RECORDS


class Writing:
    """The part of a sheet that writes. The number of statements does not follow the number of entries."""

    def write(self, content):
        """Turn ``content`` into lines. Lines that did not change keep their verdict.

        Raises ``Incomplete``; then nothing is written.
        """
        if faults := self.faults(content):
            raise Incomplete(faults)
        existing = {}
        for line in _lines_before().of(submission=self.submission.pk):
            existing.setdefault(str(line.entry), []).append(line)
        faults, kept, moved, changed = {}, set(), [], []
        for position, entry in enumerate(content["entries"], start=1):
            old, fingerprint = existing.get(entry["key"], []), self._fingerprint(entry)
            if not old or old[0].fingerprint != fingerprint:
                changed.append((entry, old, position, fingerprint))
                continue
            if any(line.verdict == "returned" for line in old):
                faults[entry["key"]] = {"": "该行已被退回：请按意见修改，或写明不改的理由。"}
            kept.add(entry["key"])
            for line in old:
                if line.position != position:
                    line.position = position
                    moved.append(line)
        if faults:
            raise Incomplete(faults)
        SubmissionLine.objects.bulk_update(moved, ["position"])
        _discard([line for key, lines in existing.items() if key not in kept for line in lines])
        self._record(changed)
        self._lines = None
        if self.task_rules.report:
            self.keep_narrative(content)

    def _fingerprint(self, entry):
        values, start = self.fingerprinted(entry), self.started_from(entry)
        return digest_of({"change": entry["change"], "base": start, "values": values})

    def started_from(self, entry):
        """What an entry starts from, as part of what makes it what it is."""
        return entry["base"]

    def fingerprinted(self, entry):
        """The values of an entry that make it what it is: neither blanks around them, nor fields left empty."""
        return {name: text.strip() for name, text in entry["values"].items() if text.strip()}

    def keep_narrative(self, content):
        """Keep the text that belongs to the sheet as a whole."""
        self.submission.narrative = content["values"].get("narrative", "").strip()
        self.submission.save(update_fields=["narrative"])

    def _record(self, changed):
        """Write the records and lines of entries: ``(entry, its lines before, position, fingerprint)`` each."""
        lines, proposals = [], []
        for entry, old, position, fingerprint in changed:
            said = {"entry": entry["key"], "position": position, "fingerprint": fingerprint, **_remembered(old)}
            said["reason"] = entry["values"].get("reason", "")
            for record, change in self.records_after(entry, old):
                lines.append((record, said | {"change": change}))
                if record.pk is None:
                    proposals.append((record, entry))
        for model in RECORDS:
            insert_instances([record for record, _ in proposals if type(record) is model])
        self.after_save(proposals)
        rows = [said | {f"{RECORDS[type(record)]}_id": record.pk} for record, said in lines]
        insert_few(SubmissionLine, rows, submission=self.submission)

    def records_after(self, entry, old):
        """Return the records of an entry, as ``records`` does, that take the place of its lines before."""
        return self.records(entry)

    def records(self, entry):
        """The proposed records of an entry, each with its change. An unsaved record is a new proposal."""
        raise NotImplementedError(type(self).__name__)

    def after_save(self, proposals):
        """Write what hangs on freshly saved proposals: ``(record, entry)`` each."""


def _remembered(old):
    """What a line keeps of the one in whose place it comes: what reviewers said of it, and how often it went back."""
    return {name: getattr(old[0], name) for name in ("comment", "returned_at", "rounds_returned")} if old else {}


def _discard(lines):
    """Drop lines together with their proposals; what is in force stays."""
    if not lines:
        return
    SubmissionLine.objects.filter(pk__in=[line.pk for line in lines]).delete()
    proposals = [line.record for line in lines if line.record.in_force_from is None]
    for model in RECORDS:
        if own := [record.pk for record in proposals if type(record) is model]:
            model.objects.filter(pk__in=own).delete()


@cache
def _lines_before():
    rows = SubmissionLine.objects.filter(submission=Given("submission"))
    return Prepared(rows.select_related(*RECORDS.values()))
