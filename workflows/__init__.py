"""What changes the register: campaigns, submissions, notices, reminders. May import ``registers``."""
