"""Tables of the catalog and the migrations that make them.

A migration is one function, applied in the transaction that records it, and never edited once
released. Times are ISO 8601 text: ``*_utc`` and ``*_at`` of our own doings in UTC, ``taken_at`` and
event times in the local time of the place of capture, without an offset.
"""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

MIGRATIONS = Migrations("memoriesd")

SCHEMA_VERSION = 4
"""How many migrations there are; kept as ``user_version`` so that a newer file is refused."""

_TABLES = (
    """CREATE TABLE roots (
        id INTEGER PRIMARY KEY,
        path BLOB NOT NULL UNIQUE,
        state TEXT NOT NULL DEFAULT 'present' CHECK (state IN ('present', 'away')),
        reason TEXT NOT NULL DEFAULT '',
        scanned_at TEXT) STRICT""",
    """CREATE TABLE files (
        id INTEGER PRIMARY KEY,
        root_id INTEGER NOT NULL REFERENCES roots ON DELETE CASCADE,
        path BLOB NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        inode INTEGER NOT NULL,
        sidecars TEXT NOT NULL DEFAULT '',
        format TEXT NOT NULL DEFAULT '',
        content_hash BLOB,
        state TEXT NOT NULL
            CHECK (state IN ('new', 'read', 'indexed', 'failed', 'other', 'missing', 'away')),
        reason TEXT NOT NULL DEFAULT '',
        tries INTEGER NOT NULL DEFAULT 0,
        UNIQUE (root_id, path)) STRICT""",
    "CREATE INDEX files_by_state ON files (state)",
    "CREATE INDEX files_by_hash ON files (content_hash)",
    """CREATE TABLE places (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        region TEXT NOT NULL,
        country_code TEXT NOT NULL,
        country TEXT NOT NULL,
        UNIQUE (name, region, country_code)) STRICT""",
    """CREATE TABLE items (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('photo', 'video', 'live', 'motion')),
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        duration_s REAL,
        orientation INTEGER NOT NULL DEFAULT 1,
        motion_offset INTEGER,
        pair_id TEXT,
        told_local TEXT,
        told_utc TEXT,
        told_offset TEXT,
        day_only INTEGER NOT NULL DEFAULT 0,
        date_source TEXT NOT NULL DEFAULT 'none',
        date_confidence REAL NOT NULL DEFAULT 0,
        taken_at TEXT,
        taken_at_utc TEXT,
        utc_offset TEXT,
        latitude REAL,
        longitude REAL,
        place_id INTEGER REFERENCES places ON DELETE SET NULL,
        camera TEXT,
        mundane TEXT CHECK (mundane IN ('screenshot', 'document', 'blurry', 'dark')),
        mundane_score REAL NOT NULL DEFAULT 0,
        sharpness REAL,
        exposure REAL,
        score REAL,
        phash INTEGER,
        duplicate_of INTEGER REFERENCES items ON DELETE SET NULL,
        favourite INTEGER NOT NULL DEFAULT 0,
        hidden INTEGER NOT NULL DEFAULT 0) STRICT""",
    "CREATE INDEX items_by_time ON items (taken_at)",
    "CREATE INDEX items_by_duplicate ON items (duplicate_of)",
    """CREATE TABLE item_files (
        item_id INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
        file_id INTEGER NOT NULL UNIQUE REFERENCES files ON DELETE CASCADE,
        role TEXT NOT NULL CHECK (role IN ('main', 'video')),
        PRIMARY KEY (item_id, role)) STRICT""",
    """CREATE TABLE stages (
        item_id INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
        stage TEXT NOT NULL,
        model TEXT NOT NULL,
        PRIMARY KEY (item_id, stage)) STRICT""",
    """CREATE TABLE people (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL DEFAULT '',
        hidden INTEGER NOT NULL DEFAULT 0,
        less INTEGER NOT NULL DEFAULT 0,
        birthday TEXT,
        died TEXT,
        key_face_id INTEGER REFERENCES faces ON DELETE SET NULL) STRICT""",
    """CREATE TABLE faces (
        id INTEGER PRIMARY KEY,
        item_id INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
        time_s REAL,
        x REAL NOT NULL,
        y REAL NOT NULL,
        w REAL NOT NULL,
        h REAL NOT NULL,
        score REAL NOT NULL,
        landmarks BLOB NOT NULL,
        vector BLOB NOT NULL,
        model TEXT NOT NULL,
        quality REAL NOT NULL,
        imported_name TEXT,
        person_id INTEGER REFERENCES people ON DELETE SET NULL,
        assigned TEXT CHECK (assigned IN ('cluster', 'confirmed', 'imported')),
        crop BLOB NOT NULL) STRICT""",
    "CREATE INDEX faces_by_item ON faces (item_id)",
    "CREATE INDEX faces_by_person ON faces (person_id)",
    """CREATE TABLE corrections (
        id INTEGER PRIMARY KEY,
        made_at TEXT NOT NULL,
        kind TEXT NOT NULL,
        fact TEXT NOT NULL) STRICT""",
    """CREATE TABLE exclusions (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('person', 'place', 'dates', 'label', 'folder')),
        rule TEXT NOT NULL,
        added_at TEXT NOT NULL,
        UNIQUE (kind, rule)) STRICT""",
    """CREATE TABLE labels (
        item_id INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
        word TEXT NOT NULL,
        probability REAL NOT NULL,
        model TEXT NOT NULL,
        PRIMARY KEY (item_id, word)) STRICT""",
    "CREATE INDEX labels_by_word ON labels (word)",
    """CREATE TABLE taught_words (
        word TEXT PRIMARY KEY,
        model TEXT NOT NULL,
        weights BLOB NOT NULL,
        bias REAL NOT NULL,
        precision REAL NOT NULL,
        recall REAL NOT NULL,
        taught_at TEXT NOT NULL) STRICT""",
    """CREATE TABLE taught_examples (
        word TEXT NOT NULL REFERENCES taught_words ON DELETE CASCADE,
        position INTEGER NOT NULL,
        jpeg BLOB NOT NULL,
        PRIMARY KEY (word, position)) STRICT""",
    """CREATE TABLE highlights (
        item_id INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
        start_s REAL NOT NULL,
        end_s REAL NOT NULL,
        score REAL NOT NULL,
        PRIMARY KEY (item_id, start_s)) STRICT""",
    """CREATE TABLE image_vectors (
        item_id INTEGER PRIMARY KEY REFERENCES items ON DELETE CASCADE,
        model TEXT NOT NULL,
        vector BLOB NOT NULL) STRICT""",
    """CREATE TABLE previews (
        item_id INTEGER PRIMARY KEY REFERENCES items ON DELETE CASCADE,
        jpeg BLOB NOT NULL) STRICT""",
    """CREATE TABLE events (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL CHECK (kind IN ('trip', 'outing', 'party', 'day')),
        start_at TEXT NOT NULL,
        end_at TEXT NOT NULL,
        place TEXT NOT NULL DEFAULT '',
        latitude REAL,
        longitude REAL,
        title TEXT NOT NULL DEFAULT '') STRICT""",
    """CREATE TABLE event_items (
        item_id INTEGER PRIMARY KEY REFERENCES items ON DELETE CASCADE,
        event_id INTEGER NOT NULL REFERENCES events ON DELETE CASCADE) STRICT""",
    "CREATE INDEX event_items_by_event ON event_items (event_id)",
    """CREATE TABLE memories (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        key TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL,
        subtitle TEXT NOT NULL,
        window_start TEXT,
        window_end TEXT,
        state TEXT NOT NULL CHECK (state IN ('ready', 'held', 'released', 'made', 'rejected')),
        reason TEXT NOT NULL,
        score REAL NOT NULL,
        subjects TEXT NOT NULL DEFAULT '[]',
        current INTEGER NOT NULL DEFAULT 1) STRICT""",
    """CREATE TABLE memory_items (
        memory_id INTEGER NOT NULL REFERENCES memories ON DELETE CASCADE,
        position INTEGER NOT NULL,
        item_id INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
        reason TEXT NOT NULL,
        rival TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (memory_id, position)) STRICT""",
    "CREATE INDEX memory_items_by_item ON memory_items (item_id)",
    """CREATE TABLE storyboards (
        id INTEGER PRIMARY KEY,
        memory_id INTEGER NOT NULL REFERENCES memories ON DELETE CASCADE,
        theme TEXT NOT NULL,
        length TEXT NOT NULL,
        seed INTEGER NOT NULL,
        board TEXT NOT NULL,
        UNIQUE (memory_id, theme, length, seed)) STRICT""",
    """CREATE TABLE movies (
        id INTEGER PRIMARY KEY,
        memory_id INTEGER NOT NULL REFERENCES memories ON DELETE CASCADE,
        storyboard_id INTEGER NOT NULL REFERENCES storyboards ON DELETE CASCADE,
        path BLOB NOT NULL UNIQUE,
        duration_s REAL NOT NULL,
        made_at TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'made' CHECK (state IN ('made', 'kept', 'vetoed', 'retired'))
        ) STRICT""",
    """CREATE TABLE jobs (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        args TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
        done INTEGER NOT NULL DEFAULT 0,
        total INTEGER NOT NULL DEFAULT 0,
        what TEXT NOT NULL DEFAULT '',
        result TEXT NOT NULL DEFAULT '',
        exit_code INTEGER,
        created_at TEXT NOT NULL,
        started_at TEXT,
        finished_at TEXT) STRICT""",
    "CREATE INDEX jobs_by_state ON jobs (state)",
    """CREATE TABLE due (
        key TEXT PRIMARY KEY,
        due_at TEXT NOT NULL,
        done_at TEXT,
        movie_id INTEGER REFERENCES movies ON DELETE SET NULL) STRICT""",
    "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
)


@MIGRATIONS()
def m001_first_tables(db: Database) -> None:
    """Every table of the first version."""
    for statement in _TABLES:
        db.execute(statement)


_LARGE_LIBRARIES = (
    """CREATE TABLE face_crops (
        face_id INTEGER PRIMARY KEY REFERENCES faces ON DELETE CASCADE,
        jpeg BLOB NOT NULL) STRICT""",
    "INSERT INTO face_crops SELECT id, crop FROM faces",
    "ALTER TABLE faces DROP COLUMN crop",
    "CREATE TABLE face_changes (face_id INTEGER PRIMARY KEY) STRICT",
    "CREATE TRIGGER face_comes AFTER INSERT ON faces"
    " BEGIN INSERT OR IGNORE INTO face_changes VALUES (new.id); END",
    "CREATE TRIGGER face_goes AFTER DELETE ON faces"
    " BEGIN INSERT OR IGNORE INTO face_changes VALUES (old.id); END",
    "CREATE TRIGGER face_changes AFTER UPDATE OF"
    " item_id, time_s, x, y, w, h, vector, model, quality, imported_name ON faces"
    " BEGIN INSERT OR IGNORE INTO face_changes VALUES (new.id); END",
    "CREATE INDEX items_by_place ON items (place_id)",
    "CREATE INDEX items_by_camera ON items (camera)",
    "CREATE TRIGGER item_moves AFTER UPDATE OF latitude, longitude ON items"
    " WHEN old.latitude IS NOT new.latitude OR old.longitude IS NOT new.longitude"
    " BEGIN UPDATE items SET place_id = NULL WHERE id = new.id; END",
    "DELETE FROM settings WHERE key = 'people'",
)


@MIGRATIONS()
def m002_large_libraries(db: Database) -> None:
    """What a hundred thousand faces need.

    Crops lie apart, so that looking through all faces does not read them; faces that came, went or
    changed since people were looked for are noted; items are found by place and camera. What the
    last search for people left was of another form; people keep their ids without it.
    """
    for statement in _LARGE_LIBRARIES:
        db.execute(statement)


_FEEDBACK = (
    """CREATE TABLE vetoes (
        id INTEGER PRIMARY KEY,
        movie_id INTEGER REFERENCES movies ON DELETE SET NULL,
        kind TEXT NOT NULL,
        theme TEXT NOT NULL,
        item_id INTEGER REFERENCES items ON DELETE CASCADE,
        made_at TEXT NOT NULL) STRICT""",
    "ALTER TABLE movies ADD COLUMN draft INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE storyboards ADD COLUMN report TEXT NOT NULL DEFAULT ''",
)


@MIGRATIONS()
def m003_feedback(db: Database) -> None:
    """What a person does not want to see again, drafts, and what a movie says of itself."""
    for statement in _FEEDBACK:
        db.execute(statement)


@MIGRATIONS()
def m004_added_late(db: Database) -> None:
    """What there was when a movie was made, so that pictures that were added since are known."""
    db.execute("ALTER TABLE movies ADD COLUMN newest_item INTEGER NOT NULL DEFAULT 0")
    db.execute("UPDATE movies SET newest_item = coalesce((SELECT max(id) FROM items), 0)")
