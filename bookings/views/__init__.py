"""The customer's pages: each view reads the request, calls a verb or asks availability, and answers."""
