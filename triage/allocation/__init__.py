"""Who works with a child, who waits for a worker, and what room workers have (T6)."""
