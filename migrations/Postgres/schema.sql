CREATE TABLE IF NOT EXISTS aw_migrations (
    "MigrationId" character varying(150) NOT NULL,
    "ProductVersion" character varying(32) NOT NULL,
    CONSTRAINT "PK_aw_migrations" PRIMARY KEY ("MigrationId")
);

START TRANSACTION;
CREATE TABLE maddr (
    id serial NOT NULL,
    partition_tag integer NOT NULL DEFAULT 0,
    email bytea NOT NULL,
    domain character varying(255) NOT NULL,
    CONSTRAINT "PK_maddr" PRIMARY KEY (id)
);

CREATE TABLE mailaddr (
    id serial NOT NULL,
    priority integer NOT NULL DEFAULT 9,
    email bytea NOT NULL,
    CONSTRAINT "PK_mailaddr" PRIMARY KEY (id)
);

CREATE TABLE msgrcpt (
    partition_tag integer NOT NULL DEFAULT 0,
    mail_id bytea NOT NULL,
    rseqnum integer NOT NULL DEFAULT 0,
    rid integer NOT NULL,
    is_local character(1) NOT NULL DEFAULT ' ',
    content character(1) NOT NULL DEFAULT ' ',
    ds character(1) NOT NULL,
    rs character(1) NOT NULL,
    bl character(1) DEFAULT ' ',
    wl character(1) DEFAULT ' ',
    bspam_level real,
    smtp_resp character varying(255) DEFAULT '',
    CONSTRAINT "PK_msgrcpt" PRIMARY KEY (partition_tag, mail_id, rseqnum)
);

CREATE TABLE msgs (
    partition_tag integer NOT NULL DEFAULT 0,
    mail_id bytea NOT NULL,
    secret_id bytea DEFAULT BYTEA E'\\x',
    am_id character varying(20) NOT NULL,
    time_num integer NOT NULL,
    time_iso timestamp with time zone NOT NULL,
    sid integer NOT NULL,
    policy character varying(255) DEFAULT '',
    client_addr character varying(255) DEFAULT '',
    size integer NOT NULL,
    originating character(1) NOT NULL DEFAULT ' ',
    content character(1),
    quar_type character(1),
    quar_loc character varying(255) DEFAULT '',
    dsn_sent character(1),
    spam_level real,
    message_id character varying(255) DEFAULT '',
    from_addr character varying(255) DEFAULT '',
    subject character varying(255) DEFAULT '',
    host character varying(255) NOT NULL,
    CONSTRAINT "PK_msgs" PRIMARY KEY (partition_tag, mail_id),
    CONSTRAINT msgs_sid_check CHECK (sid >= 0),
    CONSTRAINT msgs_size_check CHECK (size >= 0),
    CONSTRAINT msgs_time_num_check CHECK (time_num >= 0)
);

CREATE TABLE policy (
    id serial NOT NULL,
    policy_name character varying(32),
    virus_lover character(1),
    spam_lover character(1),
    unchecked_lover character(1),
    banned_files_lover character(1),
    bad_header_lover character(1),
    bypass_virus_checks character(1),
    bypass_spam_checks character(1),
    bypass_banned_checks character(1),
    bypass_header_checks character(1),
    virus_quarantine_to character varying(64),
    spam_quarantine_to character varying(64),
    banned_quarantine_to character varying(64),
    unchecked_quarantine_to character varying(64),
    bad_header_quarantine_to character varying(64),
    clean_quarantine_to character varying(64),
    archive_quarantine_to character varying(64),
    spam_tag_level real,
    spam_tag2_level real,
    spam_tag3_level real,
    spam_kill_level real,
    spam_dsn_cutoff_level real,
    spam_quarantine_cutoff_level real,
    addr_extension_virus character varying(64),
    addr_extension_spam character varying(64),
    addr_extension_banned character varying(64),
    addr_extension_bad_header character varying(64),
    warnvirusrecip character(1),
    warnbannedrecip character(1),
    warnbadhrecip character(1),
    newvirus_admin character varying(64),
    virus_admin character varying(64),
    banned_admin character varying(64),
    bad_header_admin character varying(64),
    spam_admin character varying(64),
    spam_subject_tag character varying(64),
    spam_subject_tag2 character varying(64),
    spam_subject_tag3 character varying(64),
    message_size_limit integer,
    banned_rulenames character varying(64),
    disclaimer_options character varying(64),
    forward_method character varying(64),
    sa_userconf character varying(64),
    sa_username character varying(64),
    CONSTRAINT "PK_policy" PRIMARY KEY (id)
);

CREATE TABLE quarantine (
    partition_tag integer NOT NULL DEFAULT 0,
    mail_id bytea NOT NULL,
    chunk_ind integer NOT NULL,
    mail_text bytea NOT NULL,
    CONSTRAINT "PK_quarantine" PRIMARY KEY (partition_tag, mail_id, chunk_ind),
    CONSTRAINT quarantine_chunk_ind_check CHECK (chunk_ind >= 0)
);

CREATE TABLE users (
    id serial NOT NULL,
    priority integer NOT NULL DEFAULT 7,
    policy_id integer NOT NULL DEFAULT 1,
    email bytea NOT NULL,
    fullname character varying(255),
    CONSTRAINT "PK_users" PRIMARY KEY (id),
    CONSTRAINT users_policy_id_check CHECK (policy_id >= 0),
    CONSTRAINT users_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES policy (id) ON DELETE RESTRICT
);

CREATE TABLE wblist (
    rid integer NOT NULL,
    sid integer NOT NULL,
    wb character varying(10) NOT NULL,
    CONSTRAINT "PK_wblist" PRIMARY KEY (rid, sid),
    CONSTRAINT wblist_rid_check CHECK (rid >= 0),
    CONSTRAINT wblist_sid_check CHECK (sid >= 0),
    CONSTRAINT wblist_rid_fkey FOREIGN KEY (rid) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT wblist_sid_fkey FOREIGN KEY (sid) REFERENCES mailaddr (id) ON DELETE RESTRICT
);

CREATE INDEX maddr_idx_domain ON maddr (domain varchar_pattern_ops);

CREATE UNIQUE INDEX part_email ON maddr (partition_tag, email);

CREATE UNIQUE INDEX mailaddr_email_key ON mailaddr (email);

CREATE INDEX msgrcpt_idx_mail_id ON msgrcpt (mail_id);

CREATE INDEX msgrcpt_idx_rid ON msgrcpt (rid);

CREATE INDEX msgs_idx_mail_id ON msgs (mail_id);

CREATE INDEX msgs_idx_mess_id ON msgs (message_id);

CREATE INDEX msgs_idx_sid ON msgs (sid);

CREATE INDEX msgs_idx_time_iso ON msgs (time_iso);

CREATE INDEX msgs_idx_time_num ON msgs (time_num);

CREATE UNIQUE INDEX users_email_key ON users (email);

CREATE INDEX users_idx_policy_id ON users (policy_id);

CREATE INDEX wblist_idx_sid ON wblist (sid);

INSERT INTO aw_migrations ("MigrationId", "ProductVersion")
VALUES ('20261122134115_AmavisTables', '10.0.14');

COMMIT;

START TRANSACTION;
CREATE TABLE aw_account (
    id integer GENERATED BY DEFAULT AS IDENTITY,
    user_name character varying(255) NOT NULL,
    normalized_name character varying(255) NOT NULL,
    email text,
    password_hash text,
    role text NOT NULL,
    addresses text NOT NULL,
    domains text NOT NULL,
    security_stamp text NOT NULL,
    concurrency_stamp text NOT NULL,
    totp_key text,
    two_factor_enabled boolean NOT NULL,
    recovery_codes text NOT NULL,
    access_failed_count integer NOT NULL,
    lockout_enabled boolean NOT NULL,
    lockout_end bigint,
    created_at bigint NOT NULL,
    last_sign_in_at bigint,
    disabled boolean NOT NULL,
    preferences text,
    CONSTRAINT "PK_aw_account" PRIMARY KEY (id)
);

CREATE TABLE aw_audit (
    id bigint GENERATED BY DEFAULT AS IDENTITY,
    time bigint NOT NULL,
    account text NOT NULL,
    client_addr text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL,
    CONSTRAINT "PK_aw_audit" PRIMARY KEY (id)
);

CREATE TABLE aw_explanation (
    partition_tag integer NOT NULL,
    mail_id bytea NOT NULL,
    explanation text NOT NULL,
    CONSTRAINT "PK_aw_explanation" PRIMARY KEY (partition_tag, mail_id)
);

CREATE UNIQUE INDEX aw_account_name ON aw_account (normalized_name);

CREATE INDEX aw_audit_subject ON aw_audit (subject);

CREATE INDEX aw_audit_time ON aw_audit (time);

INSERT INTO aw_migrations ("MigrationId", "ProductVersion")
VALUES ('20261122134216_OwnTables', '10.0.14');

COMMIT;

START TRANSACTION;
CREATE OR REPLACE FUNCTION aw_lookup_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('aw_lookup', '');
    RETURN NULL;
END $$;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['users', 'policy', 'mailaddr', 'wblist'] LOOP
        BEGIN
            EXECUTE format('CREATE TRIGGER aw_lookup_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION aw_lookup_changed()', name);
        EXCEPTION WHEN insufficient_privilege OR wrong_object_type OR feature_not_supported OR undefined_table OR duplicate_object THEN
            RAISE NOTICE 'no trigger on %: %', name, SQLERRM;
        END;
    END LOOP;
END $$;

INSERT INTO aw_migrations ("MigrationId", "ProductVersion")
VALUES ('20261122180000_LookupChanges', '10.0.14');

COMMIT;

