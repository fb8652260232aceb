"""The JSON door: Timekit's v2 wire in front of the same forms and verbs that the pages use."""
