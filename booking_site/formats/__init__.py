"""How dates and times are written, one package a locale; a name missing there is Django's own."""
