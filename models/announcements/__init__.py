"""Announcements: what is said to many at once, from the first draft to what became of each recipient."""
