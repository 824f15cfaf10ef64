"""Files that hold what a provider once posted: which provider's they are and what they say. Pure; nothing is stored."""
