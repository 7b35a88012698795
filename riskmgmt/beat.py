"""The clock of the periodic work, proof against a machine whose own clock is set back."""

from celery.beat import PersistentScheduler


class Scheduler(PersistentScheduler):
    """Celery's scheduler, except that work done "in the future" is not waited for.

    A machine's clock that ran ahead and is set right leaves entries that were last sent tomorrow. Celery's own scheduler
    sends nothing until tomorrow has come, also after a restart, because it keeps those times in its file.
    """

    def tick(self, *args, **kwargs):
        """Send what is due; return the seconds until it has to be asked again."""
        for entry in self.schedule.values():
            now = entry.default_now()
            if entry.last_run_at > now:
                entry.last_run_at = now
                self._heap = None  # holds moments of the same future
        return super().tick(*args, **kwargs)
