"""The frame of the suite: which database, which browser, how many processes."""
