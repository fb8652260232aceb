"""A draft of a graph as cards: each state with the actions that leave it below, all saved at once."""
