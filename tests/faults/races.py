"""Two at once: threads that start together, and what came of each."""

import threading

from django.db import connection


def together(*acts):
    """Start all acts at the same moment, each in a thread and on a connection of its own; return what became of each."""
    start, outcomes = threading.Barrier(len(acts), timeout=20), [None] * len(acts)

    def run(place, act):
        try:
            start.wait()
            outcomes[place] = act()
        except Exception as error:  # whatever it is, the test looks at it
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return outcomes


def losers(outcomes):
    return [outcome for outcome in outcomes if isinstance(outcome, Exception)]
