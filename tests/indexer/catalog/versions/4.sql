-- A catalog as version 4 wrote it, made by the migrations of that time.
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'memoriesd','m001_first_tables','2026-01-01 00:00:00+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'memoriesd','m002_large_libraries','2026-01-01 00:00:00+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'memoriesd','m003_feedback','2026-01-01 00:00:00+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'memoriesd','m004_added_late','2026-01-01 00:00:00+00:00');
CREATE TABLE corrections (
        id INTEGER PRIMARY KEY,
        made_at TEXT NOT NULL,
        kind TEXT NOT NULL,
        fact TEXT NOT NULL) STRICT;
INSERT INTO "corrections" VALUES(1,'2026-05-06T08:00:00+00:00','name','{"name": "Ada", "person": 1}');
CREATE TABLE due (
        key TEXT PRIMARY KEY,
        due_at TEXT NOT NULL,
        done_at TEXT,
        movie_id INTEGER REFERENCES movies ON DELETE SET NULL) STRICT;
INSERT INTO "due" VALUES('schedule:2026-05-06T09:00','2026-05-06T08:00:00+00:00','2026-05-06T08:00:00+00:00',1);
CREATE TABLE event_items (
        item_id INTEGER PRIMARY KEY REFERENCES items ON DELETE CASCADE,
        event_id INTEGER NOT NULL REFERENCES events ON DELETE CASCADE) STRICT;
INSERT INTO "event_items" VALUES(1,1);
CREATE TABLE events (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL CHECK (kind IN ('trip', 'outing', 'party', 'day')),
        start_at TEXT NOT NULL,
        end_at TEXT NOT NULL,
        place TEXT NOT NULL DEFAULT '',
        latitude REAL,
        longitude REAL,
        title TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "events" VALUES(1,'trip','2024-05-06T10:00:00','2024-05-07T10:00:00','Lisbon',NULL,NULL,'Lisbon');
CREATE TABLE exclusions (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('person', 'place', 'dates', 'label', 'folder')),
        rule TEXT NOT NULL,
        added_at TEXT NOT NULL,
        UNIQUE (kind, rule)) STRICT;
INSERT INTO "exclusions" VALUES(1,'dates','{"dates": "2020-03-01..2020-03-14"}','2026-05-06T08:00:00+00:00');
CREATE TABLE face_changes (face_id INTEGER PRIMARY KEY) STRICT;
INSERT INTO "face_changes" VALUES(1);
INSERT INTO "face_changes" VALUES(2);
CREATE TABLE face_crops (
        face_id INTEGER PRIMARY KEY REFERENCES faces ON DELETE CASCADE,
        jpeg BLOB NOT NULL) STRICT;
INSERT INTO "face_crops" VALUES(1,X'63726F702031');
INSERT INTO "face_crops" VALUES(2,X'63726F702032');
CREATE TABLE faces (
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
        assigned TEXT CHECK (assigned IN ('cluster', 'confirmed', 'imported'))) STRICT;
INSERT INTO "faces" VALUES(1,1,NULL,1.0,2.0,30.0,40.0,0.9,X'00000000000000000000000000000000000000000000000000000000000000000000000000000000',X'003C003C','emb',0.8,NULL,1,'confirmed');
INSERT INTO "faces" VALUES(2,1,NULL,1.0,2.0,30.0,40.0,0.9,X'00000000000000000000000000000000000000000000000000000000000000000000000000000000',X'003C003C','emb',0.8,NULL,2,'cluster');
CREATE TABLE files (
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
        UNIQUE (root_id, path)) STRICT;
INSERT INTO "files" VALUES(1,1,X'323032342F612E6A7067',1000,1,11,'','jpeg',X'01010101','indexed','',0);
INSERT INTO "files" VALUES(2,1,X'323032342F636166E92E6D7034',2000,2,12,'','mp4',X'02020202','away','',0);
INSERT INTO "files" VALUES(3,1,X'62726F6B656E2E6A7067',3,3,13,'','',NULL,'failed','damaged picture',1);
CREATE TABLE highlights (
        item_id INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
        start_s REAL NOT NULL,
        end_s REAL NOT NULL,
        score REAL NOT NULL,
        PRIMARY KEY (item_id, start_s)) STRICT;
INSERT INTO "highlights" VALUES(2,1.0,4.0,0.6);
CREATE TABLE image_vectors (
        item_id INTEGER PRIMARY KEY REFERENCES items ON DELETE CASCADE,
        model TEXT NOT NULL,
        vector BLOB NOT NULL) STRICT;
INSERT INTO "image_vectors" VALUES(1,'sce',X'003C');
CREATE TABLE item_files (
        item_id INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
        file_id INTEGER NOT NULL UNIQUE REFERENCES files ON DELETE CASCADE,
        role TEXT NOT NULL CHECK (role IN ('main', 'video')),
        PRIMARY KEY (item_id, role)) STRICT;
INSERT INTO "item_files" VALUES(1,1,'main');
INSERT INTO "item_files" VALUES(2,2,'main');
CREATE TABLE items (
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
        hidden INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "items" VALUES(1,'photo',640,480,NULL,1,NULL,NULL,'2024-05-06T10:00:00',NULL,NULL,0,'exif',1.0,'2024-05-06T10:00:00',NULL,NULL,38.7,-9.1,1,'EOS',NULL,0.0,NULL,NULL,0.5,-5,NULL,1,0);
INSERT INTO "items" VALUES(2,'video',1920,1080,9.5,1,NULL,NULL,NULL,NULL,NULL,0,'none',0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,0,1);
CREATE TABLE jobs (
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
        finished_at TEXT) STRICT;
INSERT INTO "jobs" VALUES(1,'index','{}','done',2,2,'','',0,'2026-05-06T08:00:00+00:00','2026-05-06T08:00:00+00:00','2026-05-06T08:00:00+00:00');
CREATE TABLE labels (
        item_id INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
        word TEXT NOT NULL,
        probability REAL NOT NULL,
        model TEXT NOT NULL,
        PRIMARY KEY (item_id, word)) STRICT;
INSERT INTO "labels" VALUES(1,'beach',0.75,'sce');
CREATE TABLE memories (
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
        current INTEGER NOT NULL DEFAULT 1) STRICT;
INSERT INTO "memories" VALUES(1,'trip','trip:1','Lisbon','May 2024',NULL,NULL,'made','a trip',0.7,'[]',1);
CREATE TABLE memory_items (
        memory_id INTEGER NOT NULL REFERENCES memories ON DELETE CASCADE,
        position INTEGER NOT NULL,
        item_id INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
        reason TEXT NOT NULL,
        rival TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (memory_id, position)) STRICT;
INSERT INTO "memory_items" VALUES(1,0,1,'sharp','');
CREATE TABLE movies (
        id INTEGER PRIMARY KEY,
        memory_id INTEGER NOT NULL REFERENCES memories ON DELETE CASCADE,
        storyboard_id INTEGER NOT NULL REFERENCES storyboards ON DELETE CASCADE,
        path BLOB NOT NULL UNIQUE,
        duration_s REAL NOT NULL,
        made_at TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'made' CHECK (state IN ('made', 'kept', 'vetoed', 'retired'))
        , draft INTEGER NOT NULL DEFAULT 0, newest_item INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "movies" VALUES(1,1,1,X'2F6D6F766965732F4C6973626F6E2E6D7034',17.5,'2026-05-06T08:00:00+00:00','kept',0,2);
CREATE TABLE people (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL DEFAULT '',
        hidden INTEGER NOT NULL DEFAULT 0,
        less INTEGER NOT NULL DEFAULT 0,
        birthday TEXT,
        died TEXT,
        key_face_id INTEGER REFERENCES faces ON DELETE SET NULL) STRICT;
INSERT INTO "people" VALUES(1,'Ada',0,0,'1990-01-02',NULL,1);
INSERT INTO "people" VALUES(2,'',0,1,NULL,NULL,NULL);
CREATE TABLE places (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        region TEXT NOT NULL,
        country_code TEXT NOT NULL,
        country TEXT NOT NULL,
        UNIQUE (name, region, country_code)) STRICT;
INSERT INTO "places" VALUES(1,'Lisbon','Lisboa','PT','Portugal');
CREATE TABLE previews (
        item_id INTEGER PRIMARY KEY REFERENCES items ON DELETE CASCADE,
        jpeg BLOB NOT NULL) STRICT;
INSERT INTO "previews" VALUES(1,X'70726576696577');
CREATE TABLE roots (
        id INTEGER PRIMARY KEY,
        path BLOB NOT NULL UNIQUE,
        state TEXT NOT NULL DEFAULT 'present' CHECK (state IN ('present', 'away')),
        reason TEXT NOT NULL DEFAULT '',
        scanned_at TEXT) STRICT;
INSERT INTO "roots" VALUES(1,X'2F70686F746F73','present','','2026-05-06T08:00:00+00:00');
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO "settings" VALUES('people','what the last search left');
INSERT INTO "settings" VALUES('paused','1');
CREATE TABLE stages (
        item_id INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
        stage TEXT NOT NULL,
        model TEXT NOT NULL,
        PRIMARY KEY (item_id, stage)) STRICT;
INSERT INTO "stages" VALUES(1,'pixels','det, emb, sce');
CREATE TABLE storyboards (
        id INTEGER PRIMARY KEY,
        memory_id INTEGER NOT NULL REFERENCES memories ON DELETE CASCADE,
        theme TEXT NOT NULL,
        length TEXT NOT NULL,
        seed INTEGER NOT NULL,
        board TEXT NOT NULL, report TEXT NOT NULL DEFAULT '',
        UNIQUE (memory_id, theme, length, seed)) STRICT;
INSERT INTO "storyboards" VALUES(1,1,'gentle','short',7,'{"shots": []}','');
CREATE TABLE taught_examples (
        word TEXT NOT NULL REFERENCES taught_words ON DELETE CASCADE,
        position INTEGER NOT NULL,
        jpeg BLOB NOT NULL,
        PRIMARY KEY (word, position)) STRICT;
INSERT INTO "taught_examples" VALUES('longboard',0,X'6578616D706C65');
CREATE TABLE taught_words (
        word TEXT PRIMARY KEY,
        model TEXT NOT NULL,
        weights BLOB NOT NULL,
        bias REAL NOT NULL,
        precision REAL NOT NULL,
        recall REAL NOT NULL,
        taught_at TEXT NOT NULL) STRICT;
INSERT INTO "taught_words" VALUES('longboard','sce',X'0000000000000000',0.5,0.9,0.8,'2026-05-06T08:00:00+00:00');
CREATE TABLE vetoes (
        id INTEGER PRIMARY KEY,
        movie_id INTEGER REFERENCES movies ON DELETE SET NULL,
        kind TEXT NOT NULL,
        theme TEXT NOT NULL,
        item_id INTEGER REFERENCES items ON DELETE CASCADE,
        made_at TEXT NOT NULL) STRICT;
INSERT INTO "vetoes" VALUES(1,1,'trip','gentle',1,'2026-05-06T08:00:00+00:00');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX files_by_state ON files (state);
CREATE INDEX files_by_hash ON files (content_hash);
CREATE INDEX items_by_time ON items (taken_at);
CREATE INDEX items_by_duplicate ON items (duplicate_of);
CREATE INDEX faces_by_item ON faces (item_id);
CREATE INDEX faces_by_person ON faces (person_id);
CREATE INDEX labels_by_word ON labels (word);
CREATE INDEX event_items_by_event ON event_items (event_id);
CREATE INDEX memory_items_by_item ON memory_items (item_id);
CREATE INDEX jobs_by_state ON jobs (state);
CREATE TRIGGER face_comes AFTER INSERT ON faces BEGIN INSERT OR IGNORE INTO face_changes VALUES (new.id); END;
CREATE TRIGGER face_goes AFTER DELETE ON faces BEGIN INSERT OR IGNORE INTO face_changes VALUES (old.id); END;
CREATE TRIGGER face_changes AFTER UPDATE OF item_id, time_s, x, y, w, h, vector, model, quality, imported_name ON faces BEGIN INSERT OR IGNORE INTO face_changes VALUES (new.id); END;
CREATE INDEX items_by_place ON items (place_id);
CREATE INDEX items_by_camera ON items (camera);
CREATE TRIGGER item_moves AFTER UPDATE OF latitude, longitude ON items WHEN old.latitude IS NOT new.latitude OR old.longitude IS NOT new.longitude BEGIN UPDATE items SET place_id = NULL WHERE id = new.id; END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('people',2);
INSERT INTO "sqlite_sequence" VALUES('events',1);
INSERT INTO "sqlite_sequence" VALUES('memories',1);
COMMIT;
PRAGMA user_version = 4;
