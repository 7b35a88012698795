"""Room for deep calls, so that Python does not ask the system for memory again and again.

CPython keeps the frames of a thread's calls in pieces of 16 KB. A call that does not fit maps a new piece and gives it back when it
returns; a loop that stands just below the end of a piece does so in every round. A template inside a request inside a client
inside pytest is deep enough for that: a fifth of the processor time of the matrix went into it. The site itself does not gain.
"""

# In words: the frame that needs so many gets a piece of a megabyte, and the calls below it live in the half that it leaves free.
# Only what is used of it becomes real memory.
WORDS = 70_000


def with_room(call, *arguments):
    """Return what ``call`` returns for these arguments, with room for everything that it calls."""
    return call(*arguments)


with_room.__code__ = with_room.__code__.replace(co_stacksize=WORDS)
