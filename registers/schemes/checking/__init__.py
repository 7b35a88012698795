"""The checks of a scheme file, which name the line and the remedy of every fault.

Here: reading a file (``loading``), whatever its text is (``reading``, ``yamlfaults``); what its parts say of each other
(``crosscheck``, ``gradingcheck``, ``contradictions``); what would be asked in vain (``askcheck``), print empty
(``papercheck``) or not fit its column (``lengths``); the words that may stand at a place (``vocabulary``); keeping the
sound parts of an ill-formed file (``pruning``). Never here: what a key means (``registers.schemes.language``).
"""
