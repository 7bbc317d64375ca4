BEGIN TRANSACTION;
CREATE TABLE bypasses (
	id TEXT NOT NULL, 
	gate TEXT NOT NULL, 
	service TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	since DATETIME NOT NULL, 
	until DATETIME NOT NULL, 
	revoked_at DATETIME, 
	revoked_by TEXT NOT NULL, 
	CONSTRAINT pk_bypasses PRIMARY KEY (id)
);
INSERT INTO "bypasses" VALUES('b1','nightly','api','Ben','it has to run','2026-02-05 16:37:00.000000','2026-02-05 17:37:00.000000',NULL,'');
CREATE TABLE conversations (
	receiver TEXT NOT NULL, 
	"group" TEXT NOT NULL, 
	reference TEXT NOT NULL, 
	CONSTRAINT pk_conversations PRIMARY KEY (receiver, "group")
);
INSERT INTO "conversations" VALUES('chat','one','C1/123.4');
CREATE TABLE "decisions" (
	id INTEGER NOT NULL, 
	gate TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	answer INTEGER NOT NULL, 
	would INTEGER NOT NULL, 
	mode TEXT NOT NULL, 
	found TEXT NOT NULL, 
	asked_by TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	deploys TEXT NOT NULL, 
	CONSTRAINT pk_decisions PRIMARY KEY (id)
);
INSERT INTO "decisions" VALUES(1,'nightly','2026-02-05 16:37:00.000000',0,2,'observe','[{"service":"api","environment":"production","answer":2,"reasons":["3 commits behind"],"verdict_age":12.5,"bypass":"","deployed":"dddddddddddddddddddddddddddddddddddddddd"},{"service":"worker","environment":"production","answer":1,"reasons":["it was never looked at"],"verdict_age":null,"bypass":"","deployed":""}]','Ben','work','');
CREATE TABLE deliveries (
	notice TEXT NOT NULL, 
	attempt INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	outcome TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	CONSTRAINT pk_deliveries PRIMARY KEY (notice, attempt), 
	CONSTRAINT fk_deliveries_notice FOREIGN KEY(notice) REFERENCES notices (id) ON DELETE CASCADE
);
INSERT INTO "deliveries" VALUES('n1',1,'2026-02-05 16:39:00.000000','sent','200 OK');
CREATE TABLE deployments (
	id INTEGER NOT NULL, 
	service TEXT NOT NULL, 
	environment TEXT NOT NULL, 
	"commit" TEXT NOT NULL, 
	"when" DATETIME NOT NULL, 
	kind TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	url TEXT NOT NULL, 
	CONSTRAINT pk_deployments PRIMARY KEY (id), 
	CONSTRAINT uq_deployments_service_environment_commit_when_kind UNIQUE (service, environment, "commit", "when", kind)
);
INSERT INTO "deployments" VALUES(1,'api','production','dddddddddddddddddddddddddddddddddddddddd','2026-02-05 16:37:00.000000','upgraded','Ana','https://example.com/1');
CREATE TABLE exports (
	place TEXT NOT NULL, 
	sent BIGINT NOT NULL, 
	sending BIGINT NOT NULL, 
	job TEXT NOT NULL, 
	CONSTRAINT pk_exports PRIMARY KEY (place)
);
CREATE TABLE holds (
	id TEXT NOT NULL, 
	service TEXT NOT NULL, 
	environment TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	until DATETIME, 
	since DATETIME NOT NULL, 
	ended_at DATETIME, 
	ended_by TEXT NOT NULL, 
	CONSTRAINT pk_holds PRIMARY KEY (id)
);
INSERT INTO "holds" VALUES('h1','api','production','a release is tried','Ana','2026-02-05 17:37:00.000000','2026-02-05 16:37:00.000000',NULL,'');
CREATE TABLE incidents (
	id TEXT NOT NULL, 
	service TEXT NOT NULL, 
	environment TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	opened_at DATETIME NOT NULL, 
	severity INTEGER NOT NULL, 
	peak INTEGER NOT NULL, 
	since DATETIME, 
	deployed TEXT NOT NULL, 
	map TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	cause TEXT NOT NULL, 
	"group" TEXT NOT NULL, 
	baseline BOOLEAN NOT NULL, 
	acknowledged_by TEXT NOT NULL, 
	resolved_at DATETIME, 
	ending TEXT, 
	returns INTEGER NOT NULL, 
	calm_since DATETIME, 
	steps INTEGER NOT NULL, 
	CONSTRAINT pk_incidents PRIMARY KEY (id)
);
INSERT INTO "incidents" VALUES('over','worker','production','drift','2026-02-05 15:37:00.000000',2,3,'2026-02-04 20:36:59.999877','dddddddddddddddddddddddddddddddddddddddd','0123456789abcdef','Ana','landing:cccccccccccccccccccccccccccccccccccccccc','over',0,'','2026-02-05 16:07:00.000000','deployed',0,NULL,2);
INSERT INTO "incidents" VALUES('one','api','production','drift','2026-02-05 16:37:00.000000',2,3,'2026-02-04 20:36:59.999877','dddddddddddddddddddddddddddddddddddddddd','0123456789abcdef','Ana','landing:cccccccccccccccccccccccccccccccccccccccc','one',0,'',NULL,NULL,0,NULL,1);
CREATE TABLE notices (
	seq INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	receiver TEXT NOT NULL, 
	topic TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	"group" TEXT NOT NULL, 
	told TEXT NOT NULL, 
	why TEXT NOT NULL, 
	loud BOOLEAN NOT NULL, 
	body TEXT NOT NULL, 
	outcome TEXT, 
	attempts INTEGER NOT NULL, 
	claimed_by TEXT NOT NULL, 
	leased_until DATETIME, 
	again_at DATETIME, 
	CONSTRAINT pk_notices PRIMARY KEY (seq), 
	CONSTRAINT uq_notices_id UNIQUE (id)
);
INSERT INTO "notices" VALUES(1,'n1','chat','incidents','2026-02-05 16:37:00.000000','one','[{"incident":"one","number":1,"step":"opened","severity":2}]','it began',1,'','sent',1,'',NULL,NULL);
INSERT INTO "notices" VALUES(2,'n2','mail','incidents','2026-02-05 16:37:00.000000','one','[{"incident":"one","number":1,"step":"opened","severity":2}]','it began',1,'',NULL,0,'',NULL,NULL);
CREATE TABLE rounds (
	id INTEGER NOT NULL, 
	shard TEXT NOT NULL, 
	slot DATETIME NOT NULL, 
	at DATETIME NOT NULL, 
	seconds FLOAT NOT NULL, 
	declared INTEGER NOT NULL, 
	checked INTEGER NOT NULL, 
	conclusive INTEGER NOT NULL, 
	troubled INTEGER NOT NULL, 
	error TEXT NOT NULL, 
	CONSTRAINT pk_rounds PRIMARY KEY (id), 
	CONSTRAINT uq_rounds_shard_slot UNIQUE (shard, slot)
);
INSERT INTO "rounds" VALUES(1,'1/1','2026-02-05 16:37:00.000000','2026-02-05 16:37:30.000000',1.25,4,2,1,1,'');
INSERT INTO "rounds" VALUES(2,'1/1','2026-02-05 16:47:00.000000','2026-02-05 16:47:30.000000',1.25,4,2,1,1,'no repository');
CREATE TABLE said (
	incident TEXT NOT NULL, 
	receiver TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	severity INTEGER NOT NULL, 
	resolved BOOLEAN NOT NULL, 
	CONSTRAINT pk_said PRIMARY KEY (incident, receiver)
);
INSERT INTO "said" VALUES('one','chat',1,2,0);
INSERT INTO "said" VALUES('one','mail',1,2,0);
CREATE TABLE silences (
	id TEXT NOT NULL, 
	services TEXT NOT NULL, 
	environments TEXT NOT NULL, 
	owners TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	since DATETIME NOT NULL, 
	until DATETIME NOT NULL, 
	CONSTRAINT pk_silences PRIMARY KEY (id)
);
INSERT INTO "silences" VALUES('s1','["api*"]','[]','["Ana","Ben"]','Ana','the move','2026-02-05 16:37:00.000000','2026-02-05 17:37:00.000000');
CREATE TABLE stretches (
	id INTEGER NOT NULL, 
	service TEXT NOT NULL, 
	environment TEXT NOT NULL, 
	checked_at DATETIME NOT NULL, 
	state TEXT NOT NULL, 
	severity INTEGER NOT NULL, 
	flags TEXT NOT NULL, 
	quiet BOOLEAN NOT NULL, 
	code TEXT, 
	reasons TEXT NOT NULL, 
	deployed TEXT NOT NULL, 
	expected TEXT NOT NULL, 
	changes INTEGER, 
	behind INTEGER, 
	ahead INTEGER, 
	cancelled INTEGER, 
	behind_since DATETIME, 
	waiting TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	source TEXT NOT NULL, 
	web TEXT NOT NULL, 
	map TEXT NOT NULL, 
	target TEXT NOT NULL, 
	since DATETIME NOT NULL, 
	conclusive_at DATETIME, 
	inconclusive_since DATETIME, 
	latest BOOLEAN NOT NULL, 
	CONSTRAINT pk_stretches PRIMARY KEY (id)
);
INSERT INTO "stretches" VALUES(1,'api','production','2026-02-05 16:37:00.000000','behind',2,'["unproven","split"]',0,NULL,'["waiting 20 h","weak evidence"]','dddddddddddddddddddddddddddddddddddddddd','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',1,3,0,2,'2026-02-04 20:36:59.999877','[{"commit":"cccccccccccccccccccccccccccccccccccccccc","landed_at":"2026-02-04T20:36:59.999877+00:00","subject":"Keep prices in cents (#9)","author":"Ben","paths":["shared/money.py"],"cancelled":false,"commits":[],"pull_request":9},{"commit":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","landed_at":"2026-02-04T20:36:59.999877+00:00","subject":"Keep prices in cents (#9)","author":"Ben","paths":["shared/money.py"],"cancelled":false,"commits":["1111111111111111111111111111111111111111","2222222222222222222222222222222222222222"],"pull_request":9}]','Ana','http+record','https://example.com/shop','0123456789abcdef','api/production','2026-02-05 16:37:00.000000','2026-02-05 16:37:00.000000',NULL,0);
INSERT INTO "stretches" VALUES(2,'api','production','2026-02-05 16:42:00.000000','unknown',2,'[]',0,'source-timeout','[]','','',NULL,NULL,NULL,NULL,NULL,'[]','','','','','api/production','2026-02-05 16:42:00.000000','2026-02-05 16:37:00.000000','2026-02-05 16:42:00.000000',1);
INSERT INTO "stretches" VALUES(3,'worker','production','2026-02-05 16:42:00.000000','in_sync',0,'["unproven","split"]',0,NULL,'["waiting 20 h","weak evidence"]','dddddddddddddddddddddddddddddddddddddddd','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',1,3,0,2,'2026-02-04 20:36:59.999877','[{"commit":"cccccccccccccccccccccccccccccccccccccccc","landed_at":"2026-02-04T20:36:59.999877+00:00","subject":"Keep prices in cents (#9)","author":"Ben","paths":["shared/money.py"],"cancelled":false,"commits":[],"pull_request":9},{"commit":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","landed_at":"2026-02-04T20:36:59.999877+00:00","subject":"Keep prices in cents (#9)","author":"Ben","paths":["shared/money.py"],"cancelled":false,"commits":["1111111111111111111111111111111111111111","2222222222222222222222222222222222222222"],"pull_request":9}]','Ana','http+record','https://example.com/shop','0123456789abcdef','worker/production','2026-02-05 16:42:00.000000','2026-02-05 16:42:00.000000',NULL,1);
CREATE TABLE transitions (
	incident TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	step TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	"before" INTEGER NOT NULL, 
	"after" INTEGER NOT NULL, 
	reasons TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	CONSTRAINT pk_transitions PRIMARY KEY (incident, number), 
	CONSTRAINT fk_transitions_incident FOREIGN KEY(incident) REFERENCES incidents (id) ON DELETE CASCADE
);
INSERT INTO "transitions" VALUES('one',1,'opened','2026-02-05 16:37:00.000000',0,2,'["waiting 20 h"]','Ana');
INSERT INTO "transitions" VALUES('over',1,'opened','2026-02-05 16:37:00.000000',0,2,'["waiting 20 h"]','Ana');
INSERT INTO "transitions" VALUES('over',2,'resolved','2026-02-05 16:07:00.000000',0,2,'["waiting 20 h"]','Ana');
CREATE TABLE unshipped_version (
	version_num VARCHAR(32) NOT NULL
);
INSERT INTO "unshipped_version" VALUES('0002');
CREATE INDEX ix_stretches_checked_at ON stretches (checked_at);
CREATE INDEX ix_stretches_target ON stretches (target, since);
CREATE UNIQUE INDEX uq_stretches_latest ON stretches (target) WHERE latest;
CREATE INDEX ix_rounds_at ON rounds (at);
CREATE INDEX ix_incidents_group ON incidents ("group");
CREATE INDEX ix_incidents_opened_at ON incidents (opened_at);
CREATE INDEX ix_incidents_resolved_at ON incidents (resolved_at);
CREATE INDEX ix_incidents_target ON incidents (service, environment, kind, opened_at);
CREATE UNIQUE INDEX uq_incidents_open ON incidents (service, environment, kind) WHERE resolved_at IS NULL;
CREATE INDEX ix_notices_at ON notices (at);
CREATE INDEX ix_notices_unsettled ON notices (receiver, "group", seq) WHERE outcome IS NULL;
CREATE INDEX ix_deliveries_at ON deliveries (at);
CREATE INDEX ix_deployments_when ON deployments ("when");
CREATE INDEX ix_decisions_at ON decisions (at);
COMMIT;
