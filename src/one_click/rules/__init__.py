"""Conditions, segments, offers and risk signals: each declared, checked and applied in one place."""
