"""Reading mail that came in: who wrote, what is new in it, and whether a person, a server or a machine wrote it."""
