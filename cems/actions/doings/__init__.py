"""What was done about an action, recorded on its page until an app keeps it itself (K1)."""
