"""What the ministry's systems tell us over HTTP: permits and events."""
