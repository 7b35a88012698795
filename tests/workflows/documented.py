"""The days that the documents name, copied from them (domain B3), for a campaign of 2026."""

from datetime import date

YEAR = 2026


def day(text):
    """``07-06`` in 2026, or ``2025-12-31``."""
    return date.fromisoformat(text if len(text) > 5 else f"{YEAR}-{text}")


# task → (opens, due), and phase → (from, to; None where the document names no first day). domain B3.
DAYS = {
    "changchun-2016": {
        "group": ("07-06", "07-11"),
        "powers": ("07-12", "09-10"),
        "power-directory": ("07-12", "09-10"),
        "personal-search": ("07-12", "09-20"),
        "unit-search": ("07-12", "09-20"),
        "personal-grading": ("07-12", "10-31"),  # B5-1: after its phase has ended on 20 October
        "unit-grading": ("07-12", "10-31"),
        "personal-control": ("11-01", "11-20"),
        "unit-control": ("11-01", "11-20"),
        "process-directory": ("11-01", "12-15"),
        "self-inspection": ("12-16", "12-30"),
    },
    "tongliao5-2022": {
        "personal-registration": ("04-01", "04-30"),
        "unit-registration": ("04-01", "04-30"),
        "power-list": ("05-01", "11-20"),
        "personal-control": ("05-01", "11-20"),
        "unit-control": ("05-01", "11-20"),
        "summary": ("12-01", "12-20"),
    },
    "nwnu-2012": {
        "group": ("2025-12-01", "2025-12-31"),  # B5: the year before its own
        "personal-search": ("01-04", "04-10"),  # B5-10: 4月上旬 is the 10th
        "unit-search": ("01-04", "04-10"),
        "post-grading": ("01-04", "04-10"),
        "personal-control": ("04-10", "07-10"),
        "unit-control": ("04-10", "07-10"),
        "report": ("11-01", "12-10"),
    },
    "imut-2011": {
        "personal-search": ("10-13", "11-11"),
        "unit-search": ("10-13", "11-16"),
        "school-search": ("10-13", "11-30"),
        "summary": ("12-01", "12-31"),
    },
}
PHASES = {
    "changchun-2016": [("07-06", "07-11"), ("07-12", "10-20"), ("11-01", "12-15"), ("12-16", "12-30")],
    "tongliao5-2022": [("03-01", "05-01"), ("04-01", "05-01"), ("05-01", "12-01"), ("12-01", "12-20")],  # B5-5
    "nwnu-2012": [(None, "2025-12-31"), (None, "04-10"), (None, "07-10"), (None, "12-10")],
    "imut-2011": [("10-13", "11-30"), (None, "11-30"), (None, "11-30"), ("12-01", "12-31")],
}
# A personal sheet that is never handed in: on which days its filler and his superiors hear, and as what these do.
NEVER = {
    "changchun-2016": (
        "personal-search",
        {
            "09-14": {""},
            "09-18": {""},
            "09-20": {""},  # a Sunday, but a working day
            "09-21": {"", "liaison"},
            "09-23": {"", "liaison", "unit_head"},
            "09-28": {"", "liaison", "unit_head", "leader_in_charge"},
            "10-10": {"", "liaison", "unit_head", "leader_in_charge", "office"},
        },
    ),
    "tongliao5-2022": (
        "personal-registration",
        {
            "04-23": {""},
            "04-29": {""},
            "04-30": {""},
            "05-06": {"", "liaison"},  # 1 to 5 May are holidays
            "05-08": {"", "liaison", "unit_head"},
            "05-11": {"", "liaison", "unit_head", "leader_in_charge"},  # Saturday the 9th is worked
            "05-18": {"", "liaison", "unit_head", "leader_in_charge", "office"},
        },
    ),
    "nwnu-2012": (
        "personal-search",
        {
            "04-02": {""},
            "04-09": {""},
            "04-10": {""},
            "04-13": {"", "liaison"},
            "04-15": {"", "liaison", "unit_head"},
            "04-17": {"", "liaison", "unit_head", "leader_in_charge"},
            "04-24": {"", "liaison", "unit_head", "leader_in_charge", "office"},
        },
    ),
    "imut-2011": (
        "personal-search",
        {
            "11-04": {""},
            "11-10": {""},
            "11-11": {""},
            "11-12": {"", "liaison"},
            "11-16": {"", "liaison", "unit_head"},
            "11-18": {"", "liaison", "unit_head", "leader_in_charge"},
            "11-25": {"", "liaison", "unit_head", "leader_in_charge", "office"},
        },
    ),
}
