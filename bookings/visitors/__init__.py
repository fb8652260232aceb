"""What a visitor without an account may do, whichever door it is done through: choose, hold, and move what is theirs.

Nothing here knows of requests or pages; the verbs decide.
"""
