"""May these words leave? Each rule on wording in a module of its own, its phrases as data beside it. Pure."""
