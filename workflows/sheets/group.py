"""The sheet that files a unit's leading group with its work plan."""

from registers import clock
from registers.models import GroupMember, LeadingGroup, User
from workflows.sheets.base import Change, Incomplete, Sheet, Shown


class GroupSheet(Sheet):
    """Leading group members and work plan. Fewer members than the scheme asks for are refused. Source: R1-50, R1-51."""

    may_add = True

    @property
    def group_rules(self):
        return self.rules.groups["unit"]

    def people(self, content):
        """Staff number → user, for those numbers in ``content`` that are somebody's who is still here."""
        numbers = {entry["values"].get("number", "").strip() for entry in content["entries"]}
        return {user.number: user for user in User.objects.filter(number__in=numbers, is_active=True)}

    def offered(self):
        group = LeadingGroup.objects.in_force(clock.today()).filter(unit=self.submission.unit_id).first()
        members = group.members.select_related("user") if group else []
        return [
            self.new_entry({"number": member.user.number, "seat": member.seat, "member_type": member.member_type})
            for member in members
        ]

    def faults(self, content):
        self._people = self.people(content)
        return super().faults(content)

    def entry_faults(self, entry):
        wrong, values = {}, entry["values"]
        if values.get("number", "").strip() not in self._people:
            wrong["number"] = "没有找到该工号的在岗人员，请核对。"
        if values.get("seat") not in GroupMember.Seat.values:
            wrong["seat"] = "请选择小组职务。"
        if values.get("member_type") not in self.group_rules.member_types:
            wrong["member_type"] = f"请选择人员类别：{'、'.join(self.group_rules.member_types)}。"
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
        if [entry["values"].get("seat") for entry in entries].count("leader") != 1:
            wrong["leader"] = "领导小组应有且只有一名组长。"
        if not content["values"].get("work_plan", "").strip():
            wrong["work_plan"] = "请填写工作计划。"
        return wrong

    def write(self, content):
        """Make the proposed list; the group takes effect when the route ends. Raises ``Incomplete``."""
        if faults := self.faults(content):
            raise Incomplete(faults)
        group = self.submission.group
        if group is None or group.since is not None:
            group = self.submission.group = LeadingGroup(unit_id=self.submission.unit_id)
        group.work_plan = content["values"]["work_plan"].strip()
        group.save()
        group.members.all().delete()
        GroupMember.objects.bulk_create(
            GroupMember(
                group=group,
                user=self._people[entry["values"]["number"].strip()],
                seat=entry["values"]["seat"],
                member_type=entry["values"]["member_type"],
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
                [
                    ("seat", "小组职务", member.get_seat_display()),
                    ("name", "姓名", member.user.name),
                    ("title", "职务/职称", member.user.title),
                    ("member_type", "人员类别", member.member_type),
                ],
            )
            for number, member in enumerate(self.submission.group.members.select_related("user"), start=1)
        ]
