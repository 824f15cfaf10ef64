"""How people say stop, in English, Spanish and French: text made comparable, and the patterns of each language."""
