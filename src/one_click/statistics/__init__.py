"""Effect sizes, discrimination and intervals: one function per concept."""
