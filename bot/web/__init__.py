"""What our web pages share: how they are served, and how a message of LINE looks in a browser."""
