"""The sheets that the clerk of the access tests owes, one in every state."""

from tests.personas import MEASURES, point
from workflows.publicity import drafting
from workflows.routing import routes
from workflows.sheets import drafts, sheet_for


class ClerksSheets:
    """One method for each post of the clerk. ``year``, ``campus``, ``clock``, ``sheets`` and ``canaries`` are the world's."""

    def text(self, name):
        """A text that is typed in one place only."""
        return self.canaries.setdefault(name, f"暗记{len(self.canaries):02d}{name.replace(' ', '')}")

    def _point(self, name):
        return point(self.text(name), manifestation=self.text(f"{name} manifestation"))

    def _draft(self, post):
        sheet = self.year.sheet("personal-search", post)
        content = self.year.points(sheet, self._point("draft"))
        drafts.save(sheet, content, actor=self.year.actor(self.campus.clerk), seen=0, at=self.clock.now)
        self.sheets["draft"] = sheet

    def _submitted(self, name, post):
        sheet = self.year.sheet("personal-search", post)
        return self.year.submit(sheet, self.year.points(sheet, self._point(name)))

    def _review(self, post):
        sheet = self._submitted("review", post)
        self.year.vote(sheet, self.campus.member, opinion=self.text("vote"))
        self.year.vote(sheet, self.campus.head)
        self.sheets["review"] = self.year.again(sheet)

    def _concluded(self, name, post):
        sheet = self._submitted(name, post)
        for voter in (self.campus.member, self.campus.head):
            self.year.vote(sheet, voter)
        return self.year.agree(sheet, self.campus.head)

    def _returned(self, post):
        sheet = self.year.send_back(self._concluded("returned", post), self.campus.head, opinion=self.text("return"))
        content = (
            sheet_for(sheet).content()
            if getattr(sheet, "draft", None)
            else self.year.points(sheet, self._point("redone"))
        )
        drafts.save(sheet, content, actor=self.year.actor(self.campus.clerk), seen=0, at=self.clock.now)
        self.sheets["returned"] = self.year.again(sheet)

    def _sign(self, post):
        self.sheets["sign"] = self._concluded("sign", post)

    def _office(self, post):
        self.sheets["office"] = self.year.agree(self._concluded("office", post), self.campus.head, signed=True)

    def _searched(self, name, post):
        sheet = self.year.agree(self._concluded(name, post), self.campus.head, signed=True)
        return self.year.agree(sheet, self.campus.office)

    def _controlled(self, name, post, grade):
        self.year.at("09-15")
        self.sheets[f"{name} search"] = self._searched(name, post)
        self.year.graded(grade, owner=post)
        texts = {stage: self.text(f"{name} {stage}") for stage in MEASURES}
        self.sheets[name] = self.year.controlled(owner=post, **texts)
        self.year.at("09-15")

    def _slight(self, post):
        self._controlled("slight", post, "grade-3")

    def _grave(self, post):
        self._controlled("grave", post, "grade-1")

    def _grading(self, post):
        self._searched("grading", post)
        self.sheets["grading"] = self.year.sheet("personal-grading", post)

    def _measures(self, post):
        self._searched("measures", post)
        self.year.graded("grade-3", owner=post)
        self.sheets["measures"] = self.year.sheet("personal-control", post)
        self.year.at("09-15")

    def _proposed(self, name, post):
        """A grading sheet that waits for its first decision; the clock moves to 4 November."""
        self._searched(name, post)
        self.year.at("11-04")
        sheet = self.year.sheet("personal-grading", post)
        return self.year.submit(sheet, self.year.grades(sheet, "grade-2"))

    def _drafted(self, post):
        """Grades of which the liaison has drafted a notice, so that the head may release it."""
        sheet = self._proposed("drafted", post)
        head, liaison, at = self.year.actor(self.campus.head), self.year.actor(self.campus.liaison), self.clock.now
        routes.decide(
            sheet.pk, "agree", actor=head, seen_version=sheet.version, at=at, grades=self.year.as_proposed(sheet)
        )
        [bundle] = drafting.bundles_for(liaison)
        self.drafted = drafting.draft(bundle, {sheet.pk}, title="草稿", actor=liaison, at=at)
        self.sheets["drafted"] = self.year.again(sheet)
        self.year.at("09-15")

    def _notice(self, post):
        sheet = self._proposed("notice", post)
        self.sheets["notice"] = self.year.agree(sheet, self.campus.head, grades=self.year.as_proposed(sheet))
        self.notice = self.sheets["notice"].notices.get()
        self.year.at("09-15")
