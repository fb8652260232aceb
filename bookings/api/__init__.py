"""The JSON door: Timekit's API v2 in front of the same forms and verbs that the pages use."""
