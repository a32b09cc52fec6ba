CREATE TABLE IF NOT EXISTS "aw_migrations" (
    "MigrationId" TEXT NOT NULL CONSTRAINT "PK_aw_migrations" PRIMARY KEY,
    "ProductVersion" TEXT NOT NULL
);

BEGIN TRANSACTION;
CREATE TABLE "maddr" (
    "id" INTEGER NOT NULL CONSTRAINT "PK_maddr" PRIMARY KEY AUTOINCREMENT,
    "partition_tag" INTEGER NOT NULL DEFAULT 0,
    "email" TEXT NOT NULL,
    "domain" TEXT NOT NULL
);

CREATE TABLE "mailaddr" (
    "id" INTEGER NOT NULL CONSTRAINT "PK_mailaddr" PRIMARY KEY AUTOINCREMENT,
    "priority" INTEGER NOT NULL DEFAULT 9,
    "email" TEXT NOT NULL
);

CREATE TABLE "msgrcpt" (
    "partition_tag" INTEGER NOT NULL DEFAULT 0,
    "mail_id" TEXT NOT NULL,
    "rseqnum" INTEGER NOT NULL DEFAULT 0,
    "rid" INTEGER NOT NULL,
    "is_local" TEXT NOT NULL DEFAULT ' ',
    "content" TEXT NOT NULL DEFAULT ' ',
    "ds" TEXT NOT NULL,
    "rs" TEXT NOT NULL,
    "bl" TEXT NULL DEFAULT ' ',
    "wl" TEXT NULL DEFAULT ' ',
    "bspam_level" REAL NULL,
    "smtp_resp" TEXT NULL DEFAULT '',
    CONSTRAINT "PK_msgrcpt" PRIMARY KEY ("partition_tag", "mail_id", "rseqnum")
);

CREATE TABLE "msgs" (
    "partition_tag" INTEGER NOT NULL DEFAULT 0,
    "mail_id" TEXT NOT NULL,
    "secret_id" TEXT NULL DEFAULT '',
    "am_id" TEXT NOT NULL,
    "time_num" INTEGER NOT NULL,
    "time_iso" TEXT NOT NULL,
    "sid" INTEGER NOT NULL,
    "policy" TEXT NULL DEFAULT '',
    "client_addr" TEXT NULL DEFAULT '',
    "size" INTEGER NOT NULL,
    "originating" TEXT NOT NULL DEFAULT ' ',
    "content" TEXT NULL,
    "quar_type" TEXT NULL,
    "quar_loc" TEXT NULL DEFAULT '',
    "dsn_sent" TEXT NULL,
    "spam_level" REAL NULL,
    "message_id" TEXT NULL DEFAULT '',
    "from_addr" TEXT NULL DEFAULT '',
    "subject" TEXT NULL DEFAULT '',
    "host" TEXT NOT NULL,
    CONSTRAINT "PK_msgs" PRIMARY KEY ("partition_tag", "mail_id"),
    CONSTRAINT "msgs_sid_check" CHECK (sid >= 0),
    CONSTRAINT "msgs_size_check" CHECK (size >= 0),
    CONSTRAINT "msgs_time_num_check" CHECK (time_num >= 0)
);

CREATE TABLE "policy" (
    "id" INTEGER NOT NULL CONSTRAINT "PK_policy" PRIMARY KEY AUTOINCREMENT,
    "policy_name" TEXT NULL,
    "virus_lover" TEXT NULL,
    "spam_lover" TEXT NULL,
    "unchecked_lover" TEXT NULL,
    "banned_files_lover" TEXT NULL,
    "bad_header_lover" TEXT NULL,
    "bypass_virus_checks" TEXT NULL,
    "bypass_spam_checks" TEXT NULL,
    "bypass_banned_checks" TEXT NULL,
    "bypass_header_checks" TEXT NULL,
    "virus_quarantine_to" TEXT NULL,
    "spam_quarantine_to" TEXT NULL,
    "banned_quarantine_to" TEXT NULL,
    "unchecked_quarantine_to" TEXT NULL,
    "bad_header_quarantine_to" TEXT NULL,
    "clean_quarantine_to" TEXT NULL,
    "archive_quarantine_to" TEXT NULL,
    "spam_tag_level" REAL NULL,
    "spam_tag2_level" REAL NULL,
    "spam_tag3_level" REAL NULL,
    "spam_kill_level" REAL NULL,
    "spam_dsn_cutoff_level" REAL NULL,
    "spam_quarantine_cutoff_level" REAL NULL,
    "addr_extension_virus" TEXT NULL,
    "addr_extension_spam" TEXT NULL,
    "addr_extension_banned" TEXT NULL,
    "addr_extension_bad_header" TEXT NULL,
    "warnvirusrecip" TEXT NULL,
    "warnbannedrecip" TEXT NULL,
    "warnbadhrecip" TEXT NULL,
    "newvirus_admin" TEXT NULL,
    "virus_admin" TEXT NULL,
    "banned_admin" TEXT NULL,
    "bad_header_admin" TEXT NULL,
    "spam_admin" TEXT NULL,
    "spam_subject_tag" TEXT NULL,
    "spam_subject_tag2" TEXT NULL,
    "spam_subject_tag3" TEXT NULL,
    "message_size_limit" INTEGER NULL,
    "banned_rulenames" TEXT NULL,
    "disclaimer_options" TEXT NULL,
    "forward_method" TEXT NULL,
    "sa_userconf" TEXT NULL,
    "sa_username" TEXT NULL
);

CREATE TABLE "quarantine" (
    "partition_tag" INTEGER NOT NULL DEFAULT 0,
    "mail_id" TEXT NOT NULL,
    "chunk_ind" INTEGER NOT NULL,
    "mail_text" BLOB NOT NULL,
    CONSTRAINT "PK_quarantine" PRIMARY KEY ("partition_tag", "mail_id", "chunk_ind"),
    CONSTRAINT "quarantine_chunk_ind_check" CHECK (chunk_ind >= 0)
);

CREATE TABLE "users" (
    "id" INTEGER NOT NULL CONSTRAINT "PK_users" PRIMARY KEY AUTOINCREMENT,
    "priority" INTEGER NOT NULL DEFAULT 7,
    "policy_id" INTEGER NOT NULL DEFAULT 1,
    "email" TEXT NOT NULL,
    "fullname" TEXT NULL,
    CONSTRAINT "users_policy_id_check" CHECK (policy_id >= 0),
    CONSTRAINT "users_policy_id_fkey" FOREIGN KEY ("policy_id") REFERENCES "policy" ("id") ON DELETE RESTRICT
);

CREATE TABLE "wblist" (
    "rid" INTEGER NOT NULL,
    "sid" INTEGER NOT NULL,
    "wb" TEXT NOT NULL,
    CONSTRAINT "PK_wblist" PRIMARY KEY ("rid", "sid"),
    CONSTRAINT "wblist_rid_check" CHECK (rid >= 0),
    CONSTRAINT "wblist_sid_check" CHECK (sid >= 0),
    CONSTRAINT "wblist_rid_fkey" FOREIGN KEY ("rid") REFERENCES "users" ("id") ON DELETE RESTRICT,
    CONSTRAINT "wblist_sid_fkey" FOREIGN KEY ("sid") REFERENCES "mailaddr" ("id") ON DELETE RESTRICT
);

CREATE INDEX "maddr_idx_domain" ON "maddr" ("domain");

CREATE UNIQUE INDEX "part_email" ON "maddr" ("partition_tag", "email");

CREATE UNIQUE INDEX "mailaddr_email_key" ON "mailaddr" ("email");

CREATE INDEX "msgrcpt_idx_mail_id" ON "msgrcpt" ("mail_id");

CREATE INDEX "msgrcpt_idx_rid" ON "msgrcpt" ("rid");

CREATE INDEX "msgs_idx_mail_id" ON "msgs" ("mail_id");

CREATE INDEX "msgs_idx_mess_id" ON "msgs" ("message_id");

CREATE INDEX "msgs_idx_sid" ON "msgs" ("sid");

CREATE INDEX "msgs_idx_time_iso" ON "msgs" ("time_iso");

CREATE INDEX "msgs_idx_time_num" ON "msgs" ("time_num");

CREATE UNIQUE INDEX "users_email_key" ON "users" ("email");

CREATE INDEX "users_idx_policy_id" ON "users" ("policy_id");

CREATE INDEX "wblist_idx_sid" ON "wblist" ("sid");

INSERT INTO "aw_migrations" ("MigrationId", "ProductVersion")
VALUES ('20261122134053_AmavisTables', '10.0.14');

COMMIT;

BEGIN TRANSACTION;
CREATE TABLE "aw_account" (
    "id" INTEGER NOT NULL CONSTRAINT "PK_aw_account" PRIMARY KEY AUTOINCREMENT,
    "user_name" TEXT NOT NULL,
    "normalized_name" TEXT NOT NULL,
    "email" TEXT NULL,
    "password_hash" TEXT NULL,
    "role" TEXT NOT NULL,
    "addresses" TEXT NOT NULL,
    "domains" TEXT NOT NULL,
    "security_stamp" TEXT NOT NULL,
    "concurrency_stamp" TEXT NOT NULL,
    "totp_key" TEXT NULL,
    "two_factor_enabled" INTEGER NOT NULL,
    "recovery_codes" TEXT NOT NULL,
    "access_failed_count" INTEGER NOT NULL,
    "lockout_enabled" INTEGER NOT NULL,
    "lockout_end" INTEGER NULL,
    "created_at" INTEGER NOT NULL,
    "last_sign_in_at" INTEGER NULL,
    "disabled" INTEGER NOT NULL,
    "preferences" TEXT NULL
);

CREATE TABLE "aw_audit" (
    "id" INTEGER NOT NULL CONSTRAINT "PK_aw_audit" PRIMARY KEY AUTOINCREMENT,
    "time" INTEGER NOT NULL,
    "account" TEXT NOT NULL,
    "client_addr" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "previous_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL
);

CREATE TABLE "aw_explanation" (
    "partition_tag" INTEGER NOT NULL,
    "mail_id" TEXT NOT NULL,
    "explanation" TEXT NOT NULL,
    CONSTRAINT "PK_aw_explanation" PRIMARY KEY ("partition_tag", "mail_id")
);

CREATE UNIQUE INDEX "aw_account_name" ON "aw_account" ("normalized_name");

CREATE INDEX "aw_audit_subject" ON "aw_audit" ("subject");

CREATE INDEX "aw_audit_time" ON "aw_audit" ("time");

INSERT INTO "aw_migrations" ("MigrationId", "ProductVersion")
VALUES ('20261122134152_OwnTables', '10.0.14');

COMMIT;

