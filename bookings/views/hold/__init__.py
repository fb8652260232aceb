"""A time that is held: picking it, the form that books it, and what is said when it is lost."""
