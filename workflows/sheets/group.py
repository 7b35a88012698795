"""The sheet that files a unit's leading group with its work plan."""

import re

from registers import clock
from registers.models import GroupMember, LeadingGroup, User
from workflows import attachments
from workflows.sheets.base import Sheet
from workflows.sheets.fields import Field, Incomplete, faults_of
from workflows.sheets.shown import Change, Shown

CONTACT = "是"
PHONE = re.compile(r"[0-9 +()（）\-—]{3,30}")


class GroupSheet(Sheet):
    """Leading group members and work plan.

    Fewer members than the scheme asks for are refused. Source: R1-50, R1-51.
    """

    may_add = True
    nothing = "请逐人增加成员"

    @property
    def group_rules(self):
        return self.rules.groups["unit"]

    def entry_fields(self, *, explains=False):
        rules, unseated = self.group_rules, "请选择小组职务。"
        seats = tuple(GroupMember.Seat.choices)
        fields = [
            Field("number", "工号", required=True, limit=20),
            Field("seat", "小组职务", "select", seats, True, missing=unseated, unknown=unseated),
        ]
        if types := rules.member_types:
            untyped = f"请选择人员类别：{'、'.join(types)}。"
            options = tuple((name, name) for name in types)
            fields.append(Field("member_type", "人员类别", "select", options, True, missing=untyped, unknown=untyped))
        if rules.contact:
            fields.append(Field("contact", "联系人", "select", ((CONTACT, CONTACT),)))
            fields.append(Field("phone", "联系电话", required_when="联系人", limit=30))
        return fields

    def sheet_fields(self):
        if not self.group_rules.work_plan:
            return super().sheet_fields()
        must = self.task_rules.attachments == "none"
        plan = Field(
            "work_plan",
            "工作计划",
            "textarea",
            required=must,
            limit=5000,
            help="" if must else "可以在这里填写，也可以在下面上传文件。",
            missing="请填写工作计划。",
            rows=6,
            whole_row=True,
        )
        return [plan, *super().sheet_fields()]

    def hints(self, content):
        """The person behind each number, so that a slip of the keyboard shows."""
        people = self.people(content)
        typed = {entry["key"]: entry["values"].get("number", "").strip() for entry in content["entries"]}
        return {
            key: {"number": f"{people[number].name}　{people[number].title}"}
            for key, number in typed.items()
            if number in people
        }

    def people(self, content):
        """Staff number → user, for those numbers in ``content`` that are somebody's who is still here."""
        numbers = {entry["values"].get("number", "").strip() for entry in content["entries"]}
        return {user.number: user for user in User.objects.filter(number__in=numbers, is_active=True)}

    def offered(self):
        group = LeadingGroup.objects.in_force(clock.today()).filter(unit=self.submission.unit_id).first()
        members = group.members.select_related("user") if group else []
        return [
            self.new_entry(
                {
                    "number": member.user.number,
                    "seat": member.seat,
                    "member_type": member.member_type,
                    "contact": CONTACT if member.is_contact else "",
                    "phone": member.phone,
                }
            )
            for member in members
        ]

    def faults(self, content):
        self._people = self.people(content)
        return super().faults(content)

    def entry_faults(self, entry):
        values = entry["values"]
        wrong = faults_of(self.entry_fields(), values)
        if values.get("number", "").strip() not in self._people:
            wrong.setdefault("number", "没有找到该工号的在岗人员，请核对。")
        phone = values.get("phone", "").strip()
        if self.group_rules.contact and values.get("contact") and not phone:
            wrong["phone"] = "请填写联系人的联系电话。"
        elif phone and not PHONE.fullmatch(phone):
            wrong.setdefault("phone", "“联系电话”只能由数字、空格、短横和括号组成，最多 30 位。")
        return wrong

    def sheet_faults(self, content):
        wrong, entries = {}, content["entries"]
        numbers = [entry["values"].get("number", "").strip() for entry in entries]
        if len(set(numbers)) < self.group_rules.min_members:
            wrong["members"] = (
                f"领导小组应由{self.group_rules.min_members}人以上组成，现为{len(set(numbers))}人，请补充成员。"
            )
        elif len(set(numbers)) < len(numbers):
            wrong["members"] = "同一人列了两次，请删去重复的一行。"
        leaders, most = [entry["values"].get("seat") for entry in entries].count("leader"), self.group_rules.leaders
        if not 1 <= leaders <= most:
            wrong["leader"] = (
                "领导小组应有且只有一名组长。"
                if most == 1
                else f"领导小组应有组长，最多 {most} 名，现为 {leaders} 名。"
            )
        if self.group_rules.contact and sum(bool(entry["values"].get("contact")) for entry in entries) != 1:
            wrong["contact"] = "应指定且只指定一名联系人。"
        if self.group_rules.work_plan and not self._work_plan(content):
            wrong["work_plan"] = "请填写工作计划，或上传工作计划文件。"
        return wrong

    def _work_plan(self, content):
        """The plan as typed; where it was uploaded instead, the names of the files; nothing where the list alone is filed."""
        if not self.group_rules.work_plan:
            return ""
        if typed := content["values"].get("work_plan", "").strip():
            return typed
        files = attachments.of_submission(self.submission)
        return f"见附件：{'、'.join(file.name for file in files)}" if files else ""

    def write(self, content):
        """Make the proposed list. The group takes effect when the route ends. Raises ``Incomplete``."""
        if faults := self.faults(content):
            raise Incomplete(faults)
        group = self.submission.group
        if group is None or group.since is not None:
            group = self.submission.group = LeadingGroup(unit_id=self.submission.unit_id)
        group.work_plan = self._work_plan(content)
        group.save()
        group.members.all().delete()
        GroupMember.objects.bulk_create(
            GroupMember(
                group=group,
                user=self._people[entry["values"]["number"].strip()],
                seat=entry["values"]["seat"],
                member_type=entry["values"].get("member_type", ""),
                is_contact=self.group_rules.contact and bool(entry["values"].get("contact")),
                phone=entry["values"].get("phone", "").strip() if self.group_rules.contact else "",
            )
            for entry in content["entries"]
        )
        self.submission.save(update_fields=["group"])

    def shown(self):
        if self.submission.group is None:
            return []
        return [
            Shown(
                str(member.pk),
                number,
                Change.ADD,
                self._fields(member),
            )
            for number, member in enumerate(self.submission.group.members.select_related("user"), start=1)
        ]

    def _fields(self, member):
        fields = [
            ("seat", "小组职务", member.get_seat_display()),
            ("name", "姓名", member.user.name),
            ("title", "职务/职称", member.user.title),
        ]
        if self.group_rules.member_types:
            fields.append(("member_type", "人员类别", member.member_type))
        if self.group_rules.contact:
            fields += [("contact", "联系人", CONTACT if member.is_contact else ""), ("phone", "联系电话", member.phone)]
        return fields
