"""Classes: sessions to come, who sits in them, and who came."""
