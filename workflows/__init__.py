"""What happens to what is on record: campaigns, submissions, notices, reminders. May import ``registers``."""
