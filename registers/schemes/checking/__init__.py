"""The checks of a scheme file, which name the line and the remedy of every fault.

Here: reading a file (``loading``), whatever its text is (``reading``, ``yamlfaults``); what its parts say of each
other (``crosscheck``, ``contradictions``, ``doubles``); what would be asked in vain (``askcheck``), print empty
(``papercheck``) or not fit its column (``lengths``); a subject each in ``adjustmentcheck``, ``assessmentcheck``,
``bodycheck``, ``carryingcheck``, ``custodycheck``, ``disclosurecheck``, ``doorcheck``, ``dutiescheck``,
``gradingcheck``, ``inspectioncheck``, ``kindcheck`` (of units), ``publicitycheck``, ``rankingcheck``,
``residualcheck``, ``warningcheck``; the words that may stand at a place (``vocabulary``); keeping the sound parts of
an ill-formed file (``pruning``).
Never here: what a key means (``registers.schemes.language``).
"""
