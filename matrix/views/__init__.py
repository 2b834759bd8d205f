"""The pages of the CE Matrix."""
