"""Reads of triage's pages."""
