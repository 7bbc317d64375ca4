SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.bypasses (
    id text NOT NULL,
    gate text NOT NULL,
    service text NOT NULL,
    by text NOT NULL,
    reason text NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_by text NOT NULL
);
CREATE TABLE public.conversations (
    receiver text NOT NULL,
    "group" text NOT NULL,
    reference text NOT NULL
);
CREATE TABLE public.decisions (
    id bigint NOT NULL,
    gate text NOT NULL,
    at timestamp with time zone NOT NULL,
    answer integer NOT NULL,
    would integer NOT NULL,
    mode text NOT NULL,
    found text NOT NULL,
    asked_by text NOT NULL,
    purpose text NOT NULL,
    deploys text NOT NULL
);
CREATE SEQUENCE public.decisions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.decisions_id_seq OWNED BY public.decisions.id;
CREATE TABLE public.deliveries (
    notice text NOT NULL,
    attempt integer NOT NULL,
    at timestamp with time zone NOT NULL,
    outcome text NOT NULL,
    detail text NOT NULL
);
CREATE TABLE public.deployments (
    id bigint NOT NULL,
    service text NOT NULL,
    environment text NOT NULL,
    commit text NOT NULL,
    "when" timestamp with time zone NOT NULL,
    kind text NOT NULL,
    by text NOT NULL,
    url text NOT NULL
);
CREATE SEQUENCE public.deployments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.deployments_id_seq OWNED BY public.deployments.id;
CREATE TABLE public.exports (
    place text NOT NULL,
    sent bigint NOT NULL,
    sending bigint NOT NULL,
    job text NOT NULL
);
CREATE TABLE public.holds (
    id text NOT NULL,
    service text NOT NULL,
    environment text NOT NULL,
    reason text NOT NULL,
    by text NOT NULL,
    until timestamp with time zone,
    since timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    ended_by text NOT NULL
);
CREATE TABLE public.incidents (
    id text NOT NULL,
    service text NOT NULL,
    environment text NOT NULL,
    kind text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    severity integer NOT NULL,
    peak integer NOT NULL,
    since timestamp with time zone,
    deployed text NOT NULL,
    map text NOT NULL,
    owner text NOT NULL,
    cause text NOT NULL,
    "group" text NOT NULL,
    baseline boolean NOT NULL,
    acknowledged_by text NOT NULL,
    resolved_at timestamp with time zone,
    ending text,
    returns integer NOT NULL,
    calm_since timestamp with time zone,
    steps integer NOT NULL
);
CREATE TABLE public.notices (
    seq bigint NOT NULL,
    id text NOT NULL,
    receiver text NOT NULL,
    topic text NOT NULL,
    at timestamp with time zone NOT NULL,
    "group" text NOT NULL,
    told text NOT NULL,
    why text NOT NULL,
    loud boolean NOT NULL,
    body text NOT NULL,
    outcome text,
    attempts integer NOT NULL,
    claimed_by text NOT NULL,
    leased_until timestamp with time zone,
    again_at timestamp with time zone
);
CREATE SEQUENCE public.notices_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.notices_seq_seq OWNED BY public.notices.seq;
CREATE TABLE public.rounds (
    id bigint NOT NULL,
    shard text NOT NULL,
    slot timestamp with time zone NOT NULL,
    at timestamp with time zone NOT NULL,
    seconds double precision NOT NULL,
    declared integer NOT NULL,
    checked integer NOT NULL,
    conclusive integer NOT NULL,
    troubled integer NOT NULL,
    error text NOT NULL
);
CREATE SEQUENCE public.rounds_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.rounds_id_seq OWNED BY public.rounds.id;
CREATE TABLE public.said (
    incident text NOT NULL,
    receiver text NOT NULL,
    number integer NOT NULL,
    severity integer NOT NULL,
    resolved boolean NOT NULL
);
CREATE TABLE public.silences (
    id text NOT NULL,
    services text NOT NULL,
    environments text NOT NULL,
    owners text NOT NULL,
    by text NOT NULL,
    reason text NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL
);
CREATE TABLE public.stretches (
    id bigint NOT NULL,
    service text NOT NULL,
    environment text NOT NULL,
    checked_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    severity integer NOT NULL,
    flags text NOT NULL,
    quiet boolean NOT NULL,
    code text,
    reasons text NOT NULL,
    deployed text NOT NULL,
    expected text NOT NULL,
    changes integer,
    behind integer,
    ahead integer,
    cancelled integer,
    behind_since timestamp with time zone,
    waiting text NOT NULL,
    owner text NOT NULL,
    source text NOT NULL,
    web text NOT NULL,
    map text NOT NULL,
    target text NOT NULL,
    since timestamp with time zone NOT NULL,
    conclusive_at timestamp with time zone,
    inconclusive_since timestamp with time zone,
    latest boolean NOT NULL
);
CREATE SEQUENCE public.stretches_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.stretches_id_seq OWNED BY public.stretches.id;
CREATE TABLE public.transitions (
    incident text NOT NULL,
    number integer NOT NULL,
    step text NOT NULL,
    at timestamp with time zone NOT NULL,
    before integer NOT NULL,
    after integer NOT NULL,
    reasons text NOT NULL,
    by text NOT NULL
);
CREATE TABLE public.unshipped_version (
    version_num character varying(32) NOT NULL
);
ALTER TABLE ONLY public.decisions ALTER COLUMN id SET DEFAULT nextval('public.decisions_id_seq'::regclass);
ALTER TABLE ONLY public.deployments ALTER COLUMN id SET DEFAULT nextval('public.deployments_id_seq'::regclass);
ALTER TABLE ONLY public.notices ALTER COLUMN seq SET DEFAULT nextval('public.notices_seq_seq'::regclass);
ALTER TABLE ONLY public.rounds ALTER COLUMN id SET DEFAULT nextval('public.rounds_id_seq'::regclass);
ALTER TABLE ONLY public.stretches ALTER COLUMN id SET DEFAULT nextval('public.stretches_id_seq'::regclass);
INSERT INTO public.bypasses VALUES ('b1', 'nightly', 'api', 'Ben', 'it has to run', '2026-02-05 08:37:00-08', '2026-02-05 09:37:00-08', NULL, '');
INSERT INTO public.conversations VALUES ('chat', 'one', 'C1/123.4');
INSERT INTO public.decisions VALUES (1, 'nightly', '2026-02-05 08:37:00-08', 0, 2, 'observe', '[{"service":"api","environment":"production","answer":2,"reasons":["3 commits behind"],"verdict_age":12.5,"bypass":"","deployed":"dddddddddddddddddddddddddddddddddddddddd"},{"service":"worker","environment":"production","answer":1,"reasons":["it was never looked at"],"verdict_age":null,"bypass":"","deployed":""}]', 'Ben', 'work', '');
INSERT INTO public.deliveries VALUES ('n1', 1, '2026-02-05 08:39:00-08', 'sent', '200 OK');
INSERT INTO public.deployments VALUES (1, 'api', 'production', 'dddddddddddddddddddddddddddddddddddddddd', '2026-02-05 08:37:00-08', 'upgraded', 'Ana', 'https://example.com/1');
INSERT INTO public.holds VALUES ('h1', 'api', 'production', 'a release is tried', 'Ana', '2026-02-05 09:37:00-08', '2026-02-05 08:37:00-08', NULL, '');
INSERT INTO public.incidents VALUES ('over', 'worker', 'production', 'drift', '2026-02-05 07:37:00-08', 2, 3, '2026-02-04 12:36:59.999877-08', 'dddddddddddddddddddddddddddddddddddddddd', '0123456789abcdef', 'Ana', 'landing:cccccccccccccccccccccccccccccccccccccccc', 'over', false, '', '2026-02-05 08:07:00-08', 'deployed', 0, NULL, 2);
INSERT INTO public.incidents VALUES ('one', 'api', 'production', 'drift', '2026-02-05 08:37:00-08', 2, 3, '2026-02-04 12:36:59.999877-08', 'dddddddddddddddddddddddddddddddddddddddd', '0123456789abcdef', 'Ana', 'landing:cccccccccccccccccccccccccccccccccccccccc', 'one', false, '', NULL, NULL, 0, NULL, 1);
INSERT INTO public.notices VALUES (2, 'n2', 'mail', 'incidents', '2026-02-05 08:37:00-08', 'one', '[{"incident":"one","number":1,"step":"opened","severity":2}]', 'it began', true, '', NULL, 0, '', NULL, NULL);
INSERT INTO public.notices VALUES (1, 'n1', 'chat', 'incidents', '2026-02-05 08:37:00-08', 'one', '[{"incident":"one","number":1,"step":"opened","severity":2}]', 'it began', true, '', 'sent', 1, '', NULL, NULL);
INSERT INTO public.rounds VALUES (1, '1/1', '2026-02-05 08:37:00-08', '2026-02-05 08:37:30-08', 1.25, 4, 2, 1, 1, '');
INSERT INTO public.rounds VALUES (2, '1/1', '2026-02-05 08:47:00-08', '2026-02-05 08:47:30-08', 1.25, 4, 2, 1, 1, 'no repository');
INSERT INTO public.said VALUES ('one', 'chat', 1, 2, false);
INSERT INTO public.said VALUES ('one', 'mail', 1, 2, false);
INSERT INTO public.silences VALUES ('s1', '["api*"]', '[]', '["Ana","Ben"]', 'Ana', 'the move', '2026-02-05 08:37:00-08', '2026-02-05 09:37:00-08');
INSERT INTO public.stretches VALUES (1, 'api', 'production', '2026-02-05 08:37:00-08', 'behind', 2, '["unproven","split"]', false, NULL, '["waiting 20 h","weak evidence"]', 'dddddddddddddddddddddddddddddddddddddddd', 'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee', 1, 3, 0, 2, '2026-02-04 12:36:59.999877-08', '[{"commit":"cccccccccccccccccccccccccccccccccccccccc","landed_at":"2026-02-04T20:36:59.999877+00:00","subject":"Keep prices in cents (#9)","author":"Ben","paths":["shared/money.py"],"cancelled":false,"commits":[],"pull_request":9},{"commit":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","landed_at":"2026-02-04T20:36:59.999877+00:00","subject":"Keep prices in cents (#9)","author":"Ben","paths":["shared/money.py"],"cancelled":false,"commits":["1111111111111111111111111111111111111111","2222222222222222222222222222222222222222"],"pull_request":9}]', 'Ana', 'http+record', 'https://example.com/shop', '0123456789abcdef', 'api/production', '2026-02-05 08:37:00-08', '2026-02-05 08:37:00-08', NULL, false);
INSERT INTO public.stretches VALUES (2, 'api', 'production', '2026-02-05 08:42:00-08', 'unknown', 2, '[]', false, 'source-timeout', '[]', '', '', NULL, NULL, NULL, NULL, NULL, '[]', '', '', '', '', 'api/production', '2026-02-05 08:42:00-08', '2026-02-05 08:37:00-08', '2026-02-05 08:42:00-08', true);
INSERT INTO public.stretches VALUES (3, 'worker', 'production', '2026-02-05 08:42:00-08', 'in_sync', 0, '["unproven","split"]', false, NULL, '["waiting 20 h","weak evidence"]', 'dddddddddddddddddddddddddddddddddddddddd', 'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee', 1, 3, 0, 2, '2026-02-04 12:36:59.999877-08', '[{"commit":"cccccccccccccccccccccccccccccccccccccccc","landed_at":"2026-02-04T20:36:59.999877+00:00","subject":"Keep prices in cents (#9)","author":"Ben","paths":["shared/money.py"],"cancelled":false,"commits":[],"pull_request":9},{"commit":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","landed_at":"2026-02-04T20:36:59.999877+00:00","subject":"Keep prices in cents (#9)","author":"Ben","paths":["shared/money.py"],"cancelled":false,"commits":["1111111111111111111111111111111111111111","2222222222222222222222222222222222222222"],"pull_request":9}]', 'Ana', 'http+record', 'https://example.com/shop', '0123456789abcdef', 'worker/production', '2026-02-05 08:42:00-08', '2026-02-05 08:42:00-08', NULL, true);
INSERT INTO public.transitions VALUES ('one', 1, 'opened', '2026-02-05 08:37:00-08', 0, 2, '["waiting 20 h"]', 'Ana');
INSERT INTO public.transitions VALUES ('over', 1, 'opened', '2026-02-05 08:37:00-08', 0, 2, '["waiting 20 h"]', 'Ana');
INSERT INTO public.transitions VALUES ('over', 2, 'resolved', '2026-02-05 08:07:00-08', 0, 2, '["waiting 20 h"]', 'Ana');
INSERT INTO public.unshipped_version VALUES ('0002');
SELECT pg_catalog.setval('public.decisions_id_seq', 1, true);
SELECT pg_catalog.setval('public.deployments_id_seq', 1, true);
SELECT pg_catalog.setval('public.notices_seq_seq', 2, true);
SELECT pg_catalog.setval('public.rounds_id_seq', 2, true);
SELECT pg_catalog.setval('public.stretches_id_seq', 3, true);
ALTER TABLE ONLY public.bypasses
    ADD CONSTRAINT pk_bypasses PRIMARY KEY (id);
ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT pk_conversations PRIMARY KEY (receiver, "group");
ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT pk_decisions PRIMARY KEY (id);
ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT pk_deliveries PRIMARY KEY (notice, attempt);
ALTER TABLE ONLY public.deployments
    ADD CONSTRAINT pk_deployments PRIMARY KEY (id);
ALTER TABLE ONLY public.exports
    ADD CONSTRAINT pk_exports PRIMARY KEY (place);
ALTER TABLE ONLY public.holds
    ADD CONSTRAINT pk_holds PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents
    ADD CONSTRAINT pk_incidents PRIMARY KEY (id);
ALTER TABLE ONLY public.notices
    ADD CONSTRAINT pk_notices PRIMARY KEY (seq);
ALTER TABLE ONLY public.rounds
    ADD CONSTRAINT pk_rounds PRIMARY KEY (id);
ALTER TABLE ONLY public.said
    ADD CONSTRAINT pk_said PRIMARY KEY (incident, receiver);
ALTER TABLE ONLY public.silences
    ADD CONSTRAINT pk_silences PRIMARY KEY (id);
ALTER TABLE ONLY public.stretches
    ADD CONSTRAINT pk_stretches PRIMARY KEY (id);
ALTER TABLE ONLY public.transitions
    ADD CONSTRAINT pk_transitions PRIMARY KEY (incident, number);
ALTER TABLE ONLY public.deployments
    ADD CONSTRAINT uq_deployments_service_environment_commit_when_kind UNIQUE (service, environment, commit, "when", kind);
ALTER TABLE ONLY public.notices
    ADD CONSTRAINT uq_notices_id UNIQUE (id);
ALTER TABLE ONLY public.rounds
    ADD CONSTRAINT uq_rounds_shard_slot UNIQUE (shard, slot);
CREATE INDEX ix_decisions_at ON public.decisions USING btree (at);
CREATE INDEX ix_deliveries_at ON public.deliveries USING btree (at);
CREATE INDEX ix_deployments_when ON public.deployments USING btree ("when");
CREATE INDEX ix_incidents_group ON public.incidents USING btree ("group");
CREATE INDEX ix_incidents_opened_at ON public.incidents USING btree (opened_at);
CREATE INDEX ix_incidents_resolved_at ON public.incidents USING btree (resolved_at);
CREATE INDEX ix_incidents_target ON public.incidents USING btree (service, environment, kind, opened_at);
CREATE INDEX ix_notices_at ON public.notices USING btree (at);
CREATE INDEX ix_notices_unsettled ON public.notices USING btree (receiver, "group", seq) WHERE (outcome IS NULL);
CREATE INDEX ix_rounds_at ON public.rounds USING btree (at);
CREATE INDEX ix_stretches_checked_at ON public.stretches USING btree (checked_at);
CREATE INDEX ix_stretches_target ON public.stretches USING btree (target, since);
CREATE UNIQUE INDEX uq_incidents_open ON public.incidents USING btree (service, environment, kind) WHERE (resolved_at IS NULL);
CREATE UNIQUE INDEX uq_stretches_latest ON public.stretches USING btree (target) WHERE latest;
ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT fk_deliveries_notice FOREIGN KEY (notice) REFERENCES public.notices(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.transitions
    ADD CONSTRAINT fk_transitions_incident FOREIGN KEY (incident) REFERENCES public.incidents(id) ON DELETE CASCADE;
