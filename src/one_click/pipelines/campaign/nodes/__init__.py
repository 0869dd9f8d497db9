"""What is calculated."""
