"""Web pages for workers and for whoever they show them to; they need no account, no cookie and no script."""
