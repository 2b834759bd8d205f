"""The rows of CEVT."""
