"""Practice settings: what the partnership decides, as dated values (docs/adr/0020-practice-settings.md)."""
