"""The desk's first page: a day by resource, what waits for an answer, and what came since one last looked."""
