"""Numbers, words and dates in both languages, one style of figures, what files for people may hold."""
