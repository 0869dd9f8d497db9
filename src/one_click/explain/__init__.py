"""A fitted model seen from outside: what it looks at, why it scores a client so, what would change it."""
