"""The advice library and the log of advice given (T4, T8)."""
