"""Is a scheme file sound? Every fault is found with its line and its remedy.

Here: reading a file (``loading``), what its parts say of each other (``crosscheck``, ``gradingcheck``), keeping the sound parts of an
ill-formed file (``pruning``). Never here: what a key means (``registers.schemes.language``).
"""
