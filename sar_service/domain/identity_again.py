"""What was done to be sure of somebody again, after a doubt or a changed contact. It is said in a word or two and a
sentence: whoever looks later has to see on what it rested. How much is enough is a judgement, as it was at first.
"""

from enum import StrEnum


class Sure(StrEnum):
    RANG_BACK = "rang_back"  # rung, or written to, on a contact from before the doubt or the change, and they answered
    SEEN = "seen"  # met, or seen on a video call
    WORKER = "worker"  # a worker who knows them asked them
    EVIDENCE = "evidence"  # something new was looked at, and recorded
    EXPLAINED = "explained"  # what raised the doubt turned out to be something else
