using System.IO.Compression;
using System.Text.RegularExpressions;

namespace Amavis.Data.Tests;

/// <summary>Schemas as administrators made them for amavisd-new.</summary>
internal static partial class HandMadeSchemas
{
    private const string Published = "/usr/share/doc/amavisd-new/README.sql-pg.gz";

    /// <summary>
    /// The storage half before 2.7.0, with text where octets are better, no position of recipients, a constraint on the bare mail_id,
    /// and a table of some other program.
    /// </summary>
    public const string OldPostgresStorage = """
        CREATE TABLE maddr (id serial PRIMARY KEY, partition_tag integer DEFAULT 0, email varchar(255) NOT NULL, domain varchar(255) NOT NULL,
          CONSTRAINT part_email UNIQUE (partition_tag, email));
        CREATE TABLE msgs (partition_tag integer DEFAULT 0, mail_id varchar(12) NOT NULL PRIMARY KEY, secret_id varchar(12) DEFAULT '', am_id varchar(20) NOT NULL,
          time_num integer NOT NULL, time_iso timestamptz NOT NULL, sid integer NOT NULL REFERENCES maddr(id), policy varchar(255) DEFAULT '',
          client_addr varchar(255) DEFAULT '', size integer NOT NULL, content char(1), quar_type char(1), quar_loc varchar(255) DEFAULT '', dsn_sent char(1),
          spam_level real, message_id varchar(255) DEFAULT '', from_addr varchar(255) DEFAULT '', subject varchar(255) DEFAULT '', host varchar(255) NOT NULL);
        CREATE TABLE msgrcpt (partition_tag integer DEFAULT 0, mail_id varchar(12) NOT NULL REFERENCES msgs(mail_id) ON DELETE CASCADE, rid integer NOT NULL,
          ds char(1) NOT NULL, rs char(1) NOT NULL, bl char(1) DEFAULT ' ', wl char(1) DEFAULT ' ', bspam_level real, smtp_resp varchar(255) DEFAULT '');
        CREATE TABLE quarantine (partition_tag integer DEFAULT 0, mail_id varchar(12) NOT NULL REFERENCES msgs(mail_id) ON DELETE CASCADE,
          chunk_ind integer NOT NULL, mail_text bytea NOT NULL, PRIMARY KEY (partition_tag, mail_id, chunk_ind));
        CREATE TABLE panel_settings (name text PRIMARY KEY, value text);
        INSERT INTO maddr (email, domain) VALUES ('old@example.org', 'org.example'), ('user1@example.com', 'com.example');
        INSERT INTO msgs VALUES (0, 'oldMessage01', 'secret', '1-01', 1000000000, '2001-09-09 01:46:40Z', 1, '', '192.0.2.1', 100, 's', ' ', '', 'N', 7.5, '<a@b>', 'A', 'S', 'h');
        INSERT INTO msgrcpt VALUES (0, 'oldMessage01', 2, 'P', 'R', 'N', 'N', 7.5, '250'), (0, 'oldMessage01', 2, 'P', ' ', 'N', 'N', 7.5, '250');
        """;

    /// <summary>SQLite as amavisd-new used it with 8-bit addresses allowed: addresses are octets.</summary>
    public const string OldSqliteStorage = """
        CREATE TABLE maddr (id INTEGER PRIMARY KEY AUTOINCREMENT, partition_tag integer DEFAULT 0, email bytea NOT NULL, domain varchar(255) NOT NULL,
          CONSTRAINT part_email UNIQUE (partition_tag, email));
        CREATE TABLE msgs (partition_tag integer DEFAULT 0, mail_id varchar(12) NOT NULL PRIMARY KEY, secret_id varchar(12) DEFAULT '', am_id varchar(20) NOT NULL,
          time_num integer NOT NULL, time_iso char(16) NOT NULL, sid integer NOT NULL, policy varchar(255) DEFAULT '',
          client_addr varchar(255) DEFAULT '', size integer NOT NULL, content char(1), quar_type char(1), quar_loc varchar(255) DEFAULT '', dsn_sent char(1),
          spam_level real, message_id varchar(255) DEFAULT '', from_addr varchar(255) DEFAULT '', subject varchar(255) DEFAULT '', host varchar(255) NOT NULL);
        CREATE TABLE msgrcpt (partition_tag integer DEFAULT 0, mail_id varchar(12) NOT NULL, rid integer NOT NULL,
          ds char(1) NOT NULL, rs char(1) NOT NULL, bl char(1) DEFAULT ' ', wl char(1) DEFAULT ' ', bspam_level real, smtp_resp varchar(255) DEFAULT '');
        CREATE TABLE quarantine (partition_tag integer DEFAULT 0, mail_id varchar(12) NOT NULL, chunk_ind integer NOT NULL, mail_text blob NOT NULL,
          PRIMARY KEY (partition_tag, mail_id, chunk_ind));
        CREATE TABLE panel_settings (name text PRIMARY KEY, value text);
        INSERT INTO maddr (email, domain) VALUES (CAST('old@example.org' AS BLOB), 'org.example'), (CAST('user1@example.com' AS BLOB), 'com.example');
        INSERT INTO msgs VALUES (0, 'oldMessage01', 'secret', '1-01', 1000000000, '20010909T014640Z', 1, '', '192.0.2.1', 100, 's', ' ', '', 'N', 7.5, '<a@b>', 'A', 'S', 'h');
        INSERT INTO msgrcpt VALUES (0, 'oldMessage01', 2, 'P', 'R', 'N', 'N', 7.5, '250'), (0, 'oldMessage01', 2, 'P', ' ', 'N', 'N', 7.5, '250');
        """;

    /// <summary>
    /// The CREATE statements that come with the distribution's amavisd-new, read where they are installed; null when they are not.
    /// </summary>
    public static string? PublishedPostgres()
    {
        if (!File.Exists(Published))
            return null;
        using var file = new StreamReader(new GZipStream(File.OpenRead(Published), CompressionMode.Decompress));
        return string.Join('\n', CreateStatement().Matches(file.ReadToEnd()).Select(m => m.Value));
    }

    [GeneratedRegex(@"^CREATE (TABLE .*?^\)|INDEX [^;]*);", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CreateStatement();
}
