"""The pages of one booking: its customer's, its owner's, and those of links for one action."""
