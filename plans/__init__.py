"""Referrals, requests and statutory meetings (T1, X6, G3)."""
