-- A store with the schema 0002 as the first release wrote it, with Alembic.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL, trial INTEGER, at TEXT NOT NULL,
        level TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL);
INSERT INTO "events" VALUES(1,'bp229mmu',NULL,'2026-11-27T19:28:56.189978+00:00','info','running','{"text": "The job has begun.", "arguments": {}}');
CREATE TABLE jobs (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
        message TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, project TEXT NOT NULL,
        file_text TEXT NOT NULL, config TEXT NOT NULL, local TEXT NOT NULL,
        runner TEXT NOT NULL, endpoint TEXT,
        image TEXT, inputs TEXT NOT NULL, seed INTEGER NOT NULL, max_trials INTEGER NOT NULL,
        history TEXT NOT NULL, midpoint INTEGER NOT NULL,
        run_since TEXT NOT NULL, created_at TEXT NOT NULL, ended_at TEXT);
INSERT INTO "jobs" VALUES(1,'bp229mmu','old','','running',NULL,'/nowhere','command: python main.py
hyper_tuning:
  max_job_count: 10
  parallel_count: 2
  hyperparameter_metric: score
  goal: MAXIMIZE
  algorithm: Random
  side_metrics: [loss]
  parameter_specs:
    - {name: x, type: DOUBLE, min_value: 0, max_value: 1}
','{"data_bindings":[],"resource":null,"env":null,"command":"python main.py","node":1,"parameters":{},"secrets":{},"hyper_tuning":{"max_job_count":10,"parallel_count":2,"hyperparameter_metric":"score","goal":"MAXIMIZE","algorithm":"Random","parameter_specs":[{"type":"DOUBLE","name":"x","min_value":0.0,"max_value":1.0,"scale_type":"UNIT_LINEAR_SCALE"}],"side_metrics":["loss"]}}','{"runner":"auto","image":null,"registry_mirror":null,"python":null,"gpus":"all","trials_per_gpu":1,"cpus":null,"memory":null,"shm_size":null,"pids_limit":4096,"data":{},"environment":{},"trial_timeout":null,"max_failed_trials":null,"seed":null,"objective":"last","inject_client":true,"stop_when_exhausted":true,"ray":{"address":"auto","runner":"docker","resources":{},"outputs":"all","patience":180.0}}','process',NULL,NULL,'[]',1,10,'[]',0,'2026-11-27T19:28:56.153068+00:00','2026-11-27T19:28:56.153090+00:00',NULL);
CREATE TABLE leases (gpu TEXT NOT NULL, trial INTEGER NOT NULL, PRIMARY KEY (gpu, trial));
CREATE TABLE logged_parameters (
        trial INTEGER NOT NULL, attempt INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
        at TEXT NOT NULL, PRIMARY KEY (trial, attempt, name));
INSERT INTO "logged_parameters" VALUES(1,1,'lr','0.1','2026-11-27T19:28:56.184593+00:00');
CREATE TABLE metrics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
INSERT INTO "metrics" VALUES(1,'score');
INSERT INTO "metrics" VALUES(2,'loss');
CREATE TABLE points (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, job INTEGER NOT NULL, trial INTEGER NOT NULL,
        attempt INTEGER NOT NULL, metric INTEGER NOT NULL, value FLOAT, at FLOAT NOT NULL);
INSERT INTO "points" VALUES(1,1,1,1,1,0.25,1.79580773617887735362e+09);
INSERT INTO "points" VALUES(2,1,1,1,2,NULL,1.79580773617887735362e+09);
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO "settings" VALUES('gpus','all');
CREATE TABLE spooled (
        trial INTEGER NOT NULL, attempt INTEGER NOT NULL, offset INTEGER NOT NULL,
        PRIMARY KEY (trial, attempt));
CREATE TABLE trials (
        id INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL REFERENCES jobs(id),
        number INTEGER NOT NULL, attempt INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT,
        exit_code INTEGER, origin TEXT NOT NULL, parameters TEXT NOT NULL,
        value FLOAT, gpus TEXT NOT NULL, handle TEXT, token TEXT NOT NULL,
        created_at TEXT NOT NULL, started_at TEXT, ended_at TEXT, starred INTEGER NOT NULL DEFAULT 0, note TEXT NOT NULL DEFAULT '', foresight TEXT, UNIQUE (job, number));
INSERT INTO "trials" VALUES(1,'bp229mmu',1,1,'succeeded',NULL,0,'search','{"x":0.5}',0.25,'[]',NULL,'token-of-trial-1','2026-11-27T19:28:56.167051+00:00','2026-11-27T19:28:56.177625+00:00','2026-11-27T19:28:56.185263+00:00',1,'a note','{"mean":0.2,"deviation":0.1,"why":"exploring","gain":0.05,"gain_low":0.0,"gain_high":0.1,"gain_trials":5}');
INSERT INTO "trials" VALUES(2,'bp229mmu',2,1,'pending',NULL,NULL,'search','{"x":0.75}',NULL,'[]',NULL,'token-of-trial-2','2026-11-27T19:28:56.189118+00:00',NULL,NULL,0,'',NULL);
CREATE TABLE wants (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL REFERENCES jobs(id),
        kind TEXT NOT NULL, trial INTEGER, count INTEGER, at TEXT NOT NULL, done_at TEXT);
INSERT INTO "wants" VALUES(1,'bp229mmu','cancel',NULL,NULL,'2026-11-27T19:28:56.191155+00:00',NULL);
CREATE INDEX trials_state ON trials (state);
CREATE INDEX points_job ON points (job);
CREATE INDEX points_trial ON points (trial, metric);
CREATE INDEX events_job ON events (job);
CREATE INDEX wants_open ON wants (done_at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('jobs',1);
INSERT INTO "sqlite_sequence" VALUES('trials',2);
INSERT INTO "sqlite_sequence" VALUES('points',2);
INSERT INTO "sqlite_sequence" VALUES('events',1);
INSERT INTO "sqlite_sequence" VALUES('wants',1);
COMMIT;
