"""What was seen, changed and disclosed, by whom and why; append-only and sealed (A3)."""
