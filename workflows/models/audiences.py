"""Who reads what is published: the names of the audiences, and how one is said in words."""

UNIT, SCHOOL, PUBLIC, CHOSEN = "unit", "school", "public", "chosen"
AUDIENCES = [(UNIT, "单位内"), (SCHOOL, "全校师生"), (PUBLIC, "社会"), (CHOSEN, "选定的单位")]


class WithAudience:
    """What has an ``audience``, and ``units`` where that is chosen."""

    @property
    def audience_text(self):
        """The audience in words, with the unit or the units it is."""
        if self.audience == UNIT:
            return f"{self.unit.name}内"
        if self.audience == CHOSEN:
            return f"{self.get_audience_display()}（{'、'.join(self.units.values_list('name', flat=True))}）"
        return self.get_audience_display()
