"""The checks of a scheme file, which name the line and the remedy of every fault.

Here: reading a file (``loading``), what its parts say of each other (``crosscheck``, ``gradingcheck``), keeping the sound parts of an
ill-formed file (``pruning``). Never here: what a key means (``registers.schemes.language``).
"""
