"""What we do when time passes."""
