"""What a call answers: the JSON of each kind of thing, and the frames around it."""
