-- All that the simulator remembers. Instants are milliseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS phone (
    user_id TEXT PRIMARY KEY,
    display_name TEXT NOT NULL,
    language TEXT NOT NULL,
    picture_url TEXT,
    following INTEGER NOT NULL,
    followed_before INTEGER NOT NULL,
    rich_menu_id TEXT,
    created_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS ledger (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    retry_key TEXT,
    request_id TEXT NOT NULL UNIQUE,
    body BLOB NOT NULL,
    recipients TEXT NOT NULL,
    delivered INTEGER NOT NULL,
    sent_messages TEXT
);
CREATE TABLE IF NOT EXISTS retry_key (
    retry_key TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    ledger_seq INTEGER NOT NULL REFERENCES ledger
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS request (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    retry_key TEXT,
    request_id TEXT NOT NULL,
    status INTEGER,
    fault TEXT,
    same_body INTEGER
);
CREATE TABLE IF NOT EXISTS message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES phone,
    sender TEXT NOT NULL CHECK (sender IN ('bot', 'user', 'system')),
    at INTEGER NOT NULL,
    body BLOB NOT NULL,
    notification TEXT,
    unsent INTEGER NOT NULL DEFAULT 0,
    ledger_seq INTEGER REFERENCES ledger
);
CREATE INDEX IF NOT EXISTS message_of_phone ON message (user_id, seq);
CREATE INDEX IF NOT EXISTS message_by_id ON message (message_id);
CREATE TABLE IF NOT EXISTS content (message_id TEXT PRIMARY KEY, media_type TEXT NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS reply_token (
    token TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    event_at INTEGER NOT NULL,
    delivered_at INTEGER,
    redelivered INTEGER NOT NULL DEFAULT 0,
    used INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS month_usage (month TEXT PRIMARY KEY, used INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS access_token (token TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rich_menu (
    rich_menu_id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    media_type TEXT,
    image BLOB
);
CREATE TABLE IF NOT EXISTS rich_menu_alias (
    alias_id TEXT PRIMARY KEY,
    rich_menu_id TEXT NOT NULL REFERENCES rich_menu
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    event_ids TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    redelivery INTEGER NOT NULL,
    status INTEGER,
    error TEXT
);
