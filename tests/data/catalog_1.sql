-- A catalog as version 0.1.0 writes it: its tables, and what it made of two documents and a broken file.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (
    name TEXT PRIMARY KEY, location TEXT NOT NULL UNIQUE, whole INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE documents (
    id TEXT PRIMARY KEY, source TEXT NOT NULL REFERENCES sources(name), path TEXT NOT NULL,
    title TEXT NOT NULL, text TEXT NOT NULL, revision TEXT NOT NULL, modified TEXT NOT NULL,
    headings TEXT NOT NULL, pages TEXT NOT NULL, address TEXT, language TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    UNIQUE (source, path)
) WITHOUT ROWID;
CREATE TABLE sentences (
    document_id TEXT NOT NULL, ordinal INTEGER NOT NULL, id TEXT NOT NULL UNIQUE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, kind TEXT NOT NULL, context TEXT NOT NULL, block INTEGER NOT NULL,
    PRIMARY KEY (document_id, ordinal)
) WITHOUT ROWID;
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document_id TEXT NOT NULL, ordinal INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    embedded_text TEXT NOT NULL, content TEXT NOT NULL
);
CREATE INDEX passages_by_document ON passages (document_id, ordinal);
CREATE INDEX passages_by_content ON passages (content);
CREATE TABLE vectors (content TEXT PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE failures (
    source TEXT NOT NULL, path TEXT NOT NULL, reason TEXT NOT NULL, fingerprint TEXT NOT NULL,
    PRIMARY KEY (source, path)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE lexical USING fts5 (body, tokenize = "porter unicode61 remove_diacritics 2");
INSERT INTO meta VALUES ('change', '1');
INSERT INTO meta VALUES ('embedder', 'hash@1/8');
INSERT INTO meta VALUES ('schema', '1');
INSERT INTO sources VALUES ('notes', '/somewhere/notes', 1);
INSERT INTO documents VALUES ('0f3515f008b6048b', 'notes', 'harbour.md', 'The harbour', 'The harbour

The harbour freezes in January. Two icebreakers keep it open.

Ships

Frost | 40 metres
Thaw | 52 metres', 'b9b119ec55d006b9472c76d624d5c74ba6d611051a7f1a26f4946ed07c422cf8', '2026-11-26T21:02:27+00:00', '[[0, 1, "The harbour", ""], [76, 2, "Ships", ""]]', '[]', NULL, 'en', 'c35a33f8e440591de295a0292e481cbf2c35c344552e49aa7e2e5faae5035c69/2.2.1');
INSERT INTO documents VALUES ('e4eb6bc03c45b176', 'notes', 'island.md', 'The island', 'The island

Seals sleep on the northern rocks. Nobody counts them.', '9497e3d82f6c22e441e4e7571c6831e38c90ea38e989145261fb9246e7909786', '2026-11-26T21:02:27+00:00', '[[0, 1, "The island", ""]]', '[]', NULL, 'en', '96ec3eeb4053ad7a8ffac7a9e5687b62250cb3a59216939b89412e49cfc8c444/2.2.1');
INSERT INTO sentences VALUES ('0f3515f008b6048b', 0, '0f3515f008b6048b-e903b3f51a-0', 0, 11, 'heading', '', 0);
INSERT INTO sentences VALUES ('0f3515f008b6048b', 1, '0f3515f008b6048b-75a944e709-0', 13, 44, 'prose', '', 1);
INSERT INTO sentences VALUES ('0f3515f008b6048b', 2, '0f3515f008b6048b-d2f40e4bd8-0', 45, 74, 'prose', '', 1);
INSERT INTO sentences VALUES ('0f3515f008b6048b', 3, '0f3515f008b6048b-cf7c1e56a4-0', 76, 81, 'heading', '', 2);
INSERT INTO sentences VALUES ('0f3515f008b6048b', 4, '0f3515f008b6048b-89431c829e-0', 83, 100, 'row', 'Ship | Length', 3);
INSERT INTO sentences VALUES ('0f3515f008b6048b', 5, '0f3515f008b6048b-8d597ff7d7-0', 101, 117, 'row', 'Ship | Length', 4);
INSERT INTO sentences VALUES ('e4eb6bc03c45b176', 0, 'e4eb6bc03c45b176-f527c2373a-0', 0, 10, 'heading', '', 0);
INSERT INTO sentences VALUES ('e4eb6bc03c45b176', 1, 'e4eb6bc03c45b176-65a08195a7-0', 12, 46, 'prose', '', 1);
INSERT INTO sentences VALUES ('e4eb6bc03c45b176', 2, 'e4eb6bc03c45b176-f9319085f7-0', 47, 66, 'prose', '', 1);
INSERT INTO passages VALUES (1, '0f3515f008b6048b-eaca8b6d7ee89e8e', '0f3515f008b6048b', 0, 1, 2, 13, 74, 'The harbour
The harbour freezes in January.
Two icebreakers keep it open.', 'aecde4a4ed8c7dad033f37274300228c20a04f23b9674858a2397fecc227245e');
INSERT INTO passages VALUES (2, '0f3515f008b6048b-d3df01252ce8efc8', '0f3515f008b6048b', 1, 4, 5, 83, 117, 'The harbour › Ships
Ship | Length
Frost | 40 metres
Thaw | 52 metres', '363723f6c14153cc9f8694a7dd1bdc23cbfd9838b3880d3d5f1d1440c77e111c');
INSERT INTO passages VALUES (3, 'e4eb6bc03c45b176-880f766f14cdae5a', 'e4eb6bc03c45b176', 0, 1, 2, 12, 66, 'The island
Seals sleep on the northern rocks.
Nobody counts them.', '737c8f5d6141d329b2150f1c14baa53740b8c7599daef202b76519f70c625341');
INSERT INTO vectors VALUES ('363723f6c14153cc9f8694a7dd1bdc23cbfd9838b3880d3d5f1d1440c77e111c', x'ff3625bf2f45c4bef04b2abedb9c8dbeb84a953e75df96bd0f18823bcbd4fb3e');
INSERT INTO vectors VALUES ('737c8f5d6141d329b2150f1c14baa53740b8c7599daef202b76519f70c625341', x'85a74cbeb92d2cbf57cdf1be7f553b3e15b741beac1848be78a6ba3ef597573e');
INSERT INTO vectors VALUES ('aecde4a4ed8c7dad033f37274300228c20a04f23b9674858a2397fecc227245e', x'e64dcf3ef8afadbe5a4cc33ddd1ce0be6caea1be11e32cbe00b1b53e0211043f');
INSERT INTO failures VALUES ('notes', 'broken.pdf', 'not a PDF: it does not begin with %PDF', '1429b1055efa9858b549780c9877c93f8a8d266827918aebcb8f7f1ed68710fe/2.2.1');
INSERT INTO lexical (rowid, body) VALUES (1, 'The harbour
The harbour freezes in January.
Two icebreakers keep it open.');
INSERT INTO lexical (rowid, body) VALUES (2, 'The harbour › Ships
Ship | Length
Frost | 40 metres
Thaw | 52 metres');
INSERT INTO lexical (rowid, body) VALUES (3, 'The island
Seals sleep on the northern rocks.
Nobody counts them.');
