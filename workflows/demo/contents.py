"""The content that the demo's people fill in: last year's entries judged one by one, and new ones."""

import uuid

from registers.models import GroupMember, MajorMatter
from registers.schemes.language import Brings, Level
from workflows.demo.corpus import dice_of
from workflows.demo.remarks import poor_lines
from workflows.sheets import sheet_for
from workflows.sheets.group import CONTACT
from workflows.sheets.places import PLACE
from workflows.sheets.powers import NO, VITAL, YES
from workflows.sheets.process import STEPS, row_of, typed_text
from workflows.sheets.shown import Change

RETIRED, REVISED = 0.06, 0.12  # of last year's entries that nothing compels to change
WORK_PLAN = (
    "一、召开动员会，组织学习实施方案。\n二、清理权力事项，逐岗排查风险点，每周通报进度。\n"
    "三、集体审核自查表，评估等级并公示。\n四、制定防控措施，每季度检查一次落实情况。"
)
REPORT = (
    "一、组织领导：本单位领导小组按月研究进展，责任到岗到人。\n二、工作开展：权力事项和风险点已逐项核对，防控措施按期落实。\n"
    "三、存在问题：个别岗位表述不够具体，已要求补充。\n四、下一步：按季度检查措施执行情况，及时调整风险点。"
)
PHONE = "0000-0000000"  # nobody has this number
POWER_REVISED = "按本年度制度修订情况更新"
UNREMARKABLE = "无"
NOT_THERE = (
    "长期外出学习，返校后补报。",
    "因病休假，销假后补报。",
    "借调校外，由所在单位一并报送。",
)  # why a sheet does not come along
CORRECTED = "，多发生在年底集中办理时"


class Typist:
    """Fills in submissions as a careful post holder or liaison would. Content is the JSON of the form."""

    def __init__(self, campus, register):
        self.campus, self.register = campus, register
        self.corpus, self.words = campus.corpus, campus.words
        self._places = {place.unit.pk: place for place in campus.places}
        self._weak = 0

    def content(self, submission):
        """Make everything that a submission needs to be handed in."""
        sheet, chance = sheet_for(submission), dice_of(submission, self.campus.seed, "content")
        fill = {
            Brings.POINTS: self._points,
            Brings.POWERS: self._powers,
            Brings.GRADES: self._grades,
            Brings.POST_GRADES: self._post_grades,
            Brings.MEASURES: self._measures,
            Brings.GROUP: self._group,
            Brings.REPORT: self._report,
        }
        return fill[Brings(submission.task.brings)](submission, sheet, chance)

    def with_reasons(self, submission, content):
        """Add to a unit's content why some people's sheets do not come along."""
        crew = sheet_for(submission).crew
        if crew is None:
            return content
        said = {field.name: NOT_THERE[place % len(NOT_THERE)] for place, field in enumerate(crew.fields())}
        return {**content, "values": {**content["values"], **said}}

    def corrected(self, submission, key):
        """The content of a sheet that was sent back because of the entry ``key``, with that entry put right."""
        sheet, content = sheet_for(submission), submission.draft.content
        for entry in content["entries"]:
            if entry["key"] == key:
                name = "manifestation" if "manifestation" in entry["values"] else sheet.rules.measure_stages[0].code
                if entry["base"] and sheet.offers_choice:
                    entry["change"] = Change.REVISE
                    place = self._places.get(submission.unit_id, self.campus.office)
                    self._complete(entry, sheet, place, sheet.task_rules.points, submission)
                entry["values"][name] += CORRECTED
        return content

    def half(self, submission):
        """Make an unfinished draft: the first entries judged, the others untouched.

        None for tasks other than the search for risk points.
        """
        if submission.task.brings != Brings.POINTS:
            return None
        content = self.content(submission)
        for entry in content["entries"][2:]:
            if entry["base"]:
                entry["change"] = ""
        return content

    def weakened(self, submission, content):
        """Spoil one line: ``(content, {entry key: remark})`` with the remark that will send it back.

        Submissions that bring no points are sent back as a whole.
        """
        poor = []
        if submission.task.brings == Brings.POINTS:
            poor = poor_lines(self.corpus.weak, submission, content["entries"], self._facts(submission)["domains"])
        if not poor:
            return content, {}
        entry, field, text, remark = poor[self._weak % len(poor)]
        self._weak += 1
        change = Change.REVISE if entry["base"] else entry["change"]
        worse = {**entry, "change": change, "values": {**entry["values"], field: text}}
        entries = [worse if other is entry else other for other in content["entries"]]
        return {**content, "entries": entries}, {entry["key"]: remark}

    def _facts(self, submission):
        return self._places.get(submission.unit_id, self.campus.office).facts

    def _new(self, chance, values):
        key = uuid.UUID(int=chance.getrandbits(128), version=4)
        return {"key": str(key), "base": None, "change": Change.ADD, "values": values}

    # -- risk points -----------------------------------------------------------------------------------
    def _points(self, submission, sheet, chance):
        # The corpus has no texts for the institution itself: it gets those of its office.
        place = self._places.get(submission.unit_id, self.campus.office)
        level = sheet.task_rules.points or submission.task.level
        entries = sheet.offered()
        for entry in entries:
            self._judge(entry, chance, may_retire=len(entries) > 2)
            if entry["change"] == Change.KEEP and sheet.choice_faults(entry):
                entry["change"] = Change.REVISE  # it lacks what is asked for now
            if entry["change"] == Change.REVISE:
                self._complete(entry, sheet, place, level, submission)
        added = [(risk, *self.register.texts_of(risk)) for risk in self.register.spare.get(self._code(submission), [])]
        if level == Level.PERSONAL:
            added += self._twin(submission, place)
        if not entries and not added:
            suitable = self.corpus.personal if level == Level.PERSONAL else self.register.unit_risks_of(place)
            fitting = [risk for risk in suitable if self.words.category(risk, level)]
            added = [(risk, *self.register.texts_of(risk)) for risk in chance.sample(fitting, min(3, len(fitting)))]
        for risk, content, manifestation in added:
            known = {**self._known(risk, place, level, submission), "content": content, "manifestation": manifestation}
            values = {"category": self.words.category(risk, level), **asked(sheet, known), **self._also(sheet, risk)}
            if place_value := next((value for value, words in sheet.places if words == risk.power), ""):
                values[PLACE] = place_value
            entries.append(self._new(chance, values))
        return {"entries": entries, "values": self._reported(sheet.task_rules.report)}

    def _also(self, sheet, risk):
        """What the task asks of a point besides the point itself: factors and measures."""
        also = sheet.task_rules.also
        grades = self.words.factors(risk) if "grades" in also else {}
        return grades | (self.words.measures(risk) if "measures" in also else {})

    @staticmethod
    def _reported(asks):
        return {ask.field: REPORT[: ask.max_length] for ask in asks}

    def _judge(self, entry, chance, *, may_retire):
        """Keep, revise or retire an entry of the register. A text that the corpus has reworded is revised."""
        risk = self.corpus.by_content.get(entry["values"].get("content"))
        if risk is not None and risk.earlier and entry["values"]["content"] == risk.earlier["content"]:
            entry["change"] = Change.REVISE
            entry["values"].update(content=risk.content, manifestation=risk.manifestation)
            return
        drawn = chance.random()
        if may_retire and drawn < RETIRED:
            entry["change"] = Change.RETIRE
            entry["values"]["reason"] = chance.choice(self.corpus.history["retire_reasons"])
        elif risk is not None and drawn < RETIRED + REVISED:
            entry["change"] = Change.REVISE
            focus = chance.choice(self.corpus.focus[risk.domain])
            entry["values"]["manifestation"] = f"{risk.manifestation}，以{focus}环节较为突出"
        else:
            entry["change"] = Change.KEEP

    def _complete(self, entry, sheet, place, level, submission):
        """Add what the scheme asks for by now and an old entry does not have."""
        risk = self.corpus.by_content.get(entry["values"]["content"]) or self.corpus.personal[0]
        given = {**asked(sheet, self._known(risk, place, level, submission)), **self._also(sheet, risk)}
        entry["values"] |= {name: text for name, text in given.items() if not entry["values"].get(name)}

    def _twin(self, submission, place):
        """A text that another unit files in nearly the same words, for the unit's deputy head only."""
        return self.corpus.twins.get(place.unit.code, []) if submission.post_id == place.seats[1].post.pk else []

    def _known(self, risk, place, level, submission):
        duty = submission.post.duties.first() if submission.post_id else None
        return {
            "post": place.head.post.code,
            "duty": duty.text if duty else "",
            "major_matter": MajorMatter.DECISION if level == Level.SCHOOL else "",
            "finding_source": self.words.finding_source(risk),
            "nature": self.words.nature(risk),
            "power_item": risk.power,
            "involved_posts": self.register.involved(risk, place) if level != Level.PERSONAL else "",
        }

    def _code(self, submission):
        return submission.post.code if submission.post_id else submission.unit.code

    # -- power items -----------------------------------------------------------------------------------
    def _powers(self, submission, sheet, chance):
        place, entries = self._places[submission.unit_id], sheet.offered()
        for entry in entries:
            # What is revised is the remark; a scheme need not ask for one.
            revised = chance.random() < REVISED and "remark" in entry["values"]
            entry["change"] = Change.REVISE if revised else Change.KEEP
            if entry["change"] == Change.REVISE:
                entry["values"]["remark"] = POWER_REVISED
        for power in self.register.spare_powers.get(place.unit.code, []):
            values = self.register.power_values(power, place)
            values["accountable_post"] = values["accountable_post"].code
            values[VITAL] = YES if values[VITAL] else NO
            steps = typed_text([row_of(step) for step in self.register.power_steps(power, place)])
            given = asked(sheet, values)
            entries.append(self._new(chance, given | ({STEPS: steps} if STEPS in given else {})))
        if not entries:
            values = {
                "name": f"{place.unit.name}内部事务审批",
                "accountable_post": place.head.post.code,
                "kind": "execution",
                "domain": self.words.domain(place.facts["domains"][0]),
            }
            entries.append(self._new(chance, asked(sheet, values)))
        return {"entries": entries, "values": {}}

    # -- grades, measures, groups, reports -------------------------------------------------------------
    def _grades(self, submission, sheet, chance):
        entries, points = sheet.offered(), {point.pk: point for point in sheet.on_record()}
        for entry in entries:
            point = points[entry["base"]]
            factors = point.factors or self.words.factors(self.corpus.by_content.get(point.content))
            entry["values"].update(factors)
        return {"entries": entries, "values": {}}

    def _post_grades(self, submission, sheet, chance):
        return {"entries": sheet.offered(), "values": {}}

    def _measures(self, submission, sheet, chance):
        entries, points = sheet.offered(), {point.pk: point for point in sheet.on_record()}
        fallback = self.corpus.personal[0]
        for entry in entries:
            own = self.words.measures(self.corpus.by_content.get(points[entry["base"]].content) or fallback)
            entry["values"] = {name: text or own.get(name, "") for name, text in entry["values"].items()}
        return {"entries": entries, "values": {}}

    def _group(self, submission, sheet, chance):
        members = self._places[submission.unit_id].group(self.campus.group_size)
        entries = [
            self._new(
                chance,
                {
                    "number": seat.user.number,
                    "seat": kind,
                    "member_type": self.campus.member_type(seat),
                    # The deputy answers the telephone.
                    **({"contact": CONTACT, "phone": PHONE} if kind == GroupMember.Seat.DEPUTY else {}),
                },
            )
            for seat, kind in members
        ]
        return {"entries": entries, "values": {"work_plan": WORK_PLAN} if sheet.group_rules.work_plan else {}}

    def _report(self, submission, sheet, chance):
        return {"entries": [], "values": self._reported(sheet.task_rules.asks)}


def asked(sheet, known):
    """The values of the fields that the scheme asks for. A required field is never empty."""
    values = {}
    for ask in sheet.task_rules.asks:
        value = known.get(ask.field) or ""
        values[ask.field] = (value or (ask.example or UNREMARKABLE if ask.required else ""))[: ask.max_length]
    return values
