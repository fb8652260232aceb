"""People at the desk: found, looked at, noted about, merged, split, blocked, exported and erased."""
