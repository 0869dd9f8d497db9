"""What it costs: CPU, memory, and the same beside bare libraries."""
