"""What we answer when a worker acts."""
