"""Agencies, teams, users, roles, sign-in (A1)."""
