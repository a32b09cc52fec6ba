using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Amavis.Migrations.Sqlite.Steps
{
    /// <inheritdoc />
    public partial class AmavisTables : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "maddr",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    partition_tag = table.Column<int>(type: "INTEGER", nullable: false, defaultValue: 0),
                    email = table.Column<string>(type: "TEXT", nullable: false),
                    domain = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_maddr", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "mailaddr",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    priority = table.Column<int>(type: "INTEGER", nullable: false, defaultValue: 9),
                    email = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_mailaddr", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "msgrcpt",
                columns: table => new
                {
                    partition_tag = table.Column<int>(type: "INTEGER", nullable: false, defaultValue: 0),
                    mail_id = table.Column<string>(type: "TEXT", nullable: false),
                    rseqnum = table.Column<int>(type: "INTEGER", nullable: false, defaultValue: 0),
                    rid = table.Column<int>(type: "INTEGER", nullable: false),
                    is_local = table.Column<string>(type: "TEXT", nullable: false, defaultValue: " "),
                    content = table.Column<string>(type: "TEXT", nullable: false, defaultValue: " "),
                    ds = table.Column<string>(type: "TEXT", nullable: false),
                    rs = table.Column<string>(type: "TEXT", nullable: false),
                    bl = table.Column<string>(type: "TEXT", nullable: true, defaultValue: " "),
                    wl = table.Column<string>(type: "TEXT", nullable: true, defaultValue: " "),
                    bspam_level = table.Column<float>(type: "REAL", nullable: true),
                    smtp_resp = table.Column<string>(type: "TEXT", nullable: true, defaultValue: "")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_msgrcpt", x => new { x.partition_tag, x.mail_id, x.rseqnum });
                });

            migrationBuilder.CreateTable(
                name: "msgs",
                columns: table => new
                {
                    partition_tag = table.Column<int>(type: "INTEGER", nullable: false, defaultValue: 0),
                    mail_id = table.Column<string>(type: "TEXT", nullable: false),
                    secret_id = table.Column<string>(type: "TEXT", nullable: true, defaultValue: ""),
                    am_id = table.Column<string>(type: "TEXT", nullable: false),
                    time_num = table.Column<int>(type: "INTEGER", nullable: false),
                    time_iso = table.Column<string>(type: "TEXT", nullable: false),
                    sid = table.Column<int>(type: "INTEGER", nullable: false),
                    policy = table.Column<string>(type: "TEXT", nullable: true, defaultValue: ""),
                    client_addr = table.Column<string>(type: "TEXT", nullable: true, defaultValue: ""),
                    size = table.Column<int>(type: "INTEGER", nullable: false),
                    originating = table.Column<string>(type: "TEXT", nullable: false, defaultValue: " "),
                    content = table.Column<string>(type: "TEXT", nullable: true),
                    quar_type = table.Column<string>(type: "TEXT", nullable: true),
                    quar_loc = table.Column<string>(type: "TEXT", nullable: true, defaultValue: ""),
                    dsn_sent = table.Column<string>(type: "TEXT", nullable: true),
                    spam_level = table.Column<float>(type: "REAL", nullable: true),
                    message_id = table.Column<string>(type: "TEXT", nullable: true, defaultValue: ""),
                    from_addr = table.Column<string>(type: "TEXT", nullable: true, defaultValue: ""),
                    subject = table.Column<string>(type: "TEXT", nullable: true, defaultValue: ""),
                    host = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_msgs", x => new { x.partition_tag, x.mail_id });
                    table.CheckConstraint("msgs_sid_check", "sid >= 0");
                    table.CheckConstraint("msgs_size_check", "size >= 0");
                    table.CheckConstraint("msgs_time_num_check", "time_num >= 0");
                });

            migrationBuilder.CreateTable(
                name: "policy",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    policy_name = table.Column<string>(type: "TEXT", nullable: true),
                    virus_lover = table.Column<string>(type: "TEXT", nullable: true),
                    spam_lover = table.Column<string>(type: "TEXT", nullable: true),
                    unchecked_lover = table.Column<string>(type: "TEXT", nullable: true),
                    banned_files_lover = table.Column<string>(type: "TEXT", nullable: true),
                    bad_header_lover = table.Column<string>(type: "TEXT", nullable: true),
                    bypass_virus_checks = table.Column<string>(type: "TEXT", nullable: true),
                    bypass_spam_checks = table.Column<string>(type: "TEXT", nullable: true),
                    bypass_banned_checks = table.Column<string>(type: "TEXT", nullable: true),
                    bypass_header_checks = table.Column<string>(type: "TEXT", nullable: true),
                    virus_quarantine_to = table.Column<string>(type: "TEXT", nullable: true),
                    spam_quarantine_to = table.Column<string>(type: "TEXT", nullable: true),
                    banned_quarantine_to = table.Column<string>(type: "TEXT", nullable: true),
                    unchecked_quarantine_to = table.Column<string>(type: "TEXT", nullable: true),
                    bad_header_quarantine_to = table.Column<string>(type: "TEXT", nullable: true),
                    clean_quarantine_to = table.Column<string>(type: "TEXT", nullable: true),
                    archive_quarantine_to = table.Column<string>(type: "TEXT", nullable: true),
                    spam_tag_level = table.Column<float>(type: "REAL", nullable: true),
                    spam_tag2_level = table.Column<float>(type: "REAL", nullable: true),
                    spam_tag3_level = table.Column<float>(type: "REAL", nullable: true),
                    spam_kill_level = table.Column<float>(type: "REAL", nullable: true),
                    spam_dsn_cutoff_level = table.Column<float>(type: "REAL", nullable: true),
                    spam_quarantine_cutoff_level = table.Column<float>(type: "REAL", nullable: true),
                    addr_extension_virus = table.Column<string>(type: "TEXT", nullable: true),
                    addr_extension_spam = table.Column<string>(type: "TEXT", nullable: true),
                    addr_extension_banned = table.Column<string>(type: "TEXT", nullable: true),
                    addr_extension_bad_header = table.Column<string>(type: "TEXT", nullable: true),
                    warnvirusrecip = table.Column<string>(type: "TEXT", nullable: true),
                    warnbannedrecip = table.Column<string>(type: "TEXT", nullable: true),
                    warnbadhrecip = table.Column<string>(type: "TEXT", nullable: true),
                    newvirus_admin = table.Column<string>(type: "TEXT", nullable: true),
                    virus_admin = table.Column<string>(type: "TEXT", nullable: true),
                    banned_admin = table.Column<string>(type: "TEXT", nullable: true),
                    bad_header_admin = table.Column<string>(type: "TEXT", nullable: true),
                    spam_admin = table.Column<string>(type: "TEXT", nullable: true),
                    spam_subject_tag = table.Column<string>(type: "TEXT", nullable: true),
                    spam_subject_tag2 = table.Column<string>(type: "TEXT", nullable: true),
                    spam_subject_tag3 = table.Column<string>(type: "TEXT", nullable: true),
                    message_size_limit = table.Column<int>(type: "INTEGER", nullable: true),
                    banned_rulenames = table.Column<string>(type: "TEXT", nullable: true),
                    disclaimer_options = table.Column<string>(type: "TEXT", nullable: true),
                    forward_method = table.Column<string>(type: "TEXT", nullable: true),
                    sa_userconf = table.Column<string>(type: "TEXT", nullable: true),
                    sa_username = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_policy", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "quarantine",
                columns: table => new
                {
                    partition_tag = table.Column<int>(type: "INTEGER", nullable: false, defaultValue: 0),
                    mail_id = table.Column<string>(type: "TEXT", nullable: false),
                    chunk_ind = table.Column<int>(type: "INTEGER", nullable: false),
                    mail_text = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_quarantine", x => new { x.partition_tag, x.mail_id, x.chunk_ind });
                    table.CheckConstraint("quarantine_chunk_ind_check", "chunk_ind >= 0");
                });

            migrationBuilder.CreateTable(
                name: "users",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    priority = table.Column<int>(type: "INTEGER", nullable: false, defaultValue: 7),
                    policy_id = table.Column<int>(type: "INTEGER", nullable: false, defaultValue: 1),
                    email = table.Column<string>(type: "TEXT", nullable: false),
                    fullname = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_users", x => x.id);
                    table.CheckConstraint("users_policy_id_check", "policy_id >= 0");
                    table.ForeignKey(
                        name: "users_policy_id_fkey",
                        column: x => x.policy_id,
                        principalTable: "policy",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "wblist",
                columns: table => new
                {
                    rid = table.Column<int>(type: "INTEGER", nullable: false),
                    sid = table.Column<int>(type: "INTEGER", nullable: false),
                    wb = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_wblist", x => new { x.rid, x.sid });
                    table.CheckConstraint("wblist_rid_check", "rid >= 0");
                    table.CheckConstraint("wblist_sid_check", "sid >= 0");
                    table.ForeignKey(
                        name: "wblist_rid_fkey",
                        column: x => x.rid,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "wblist_sid_fkey",
                        column: x => x.sid,
                        principalTable: "mailaddr",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "maddr_idx_domain",
                table: "maddr",
                column: "domain");

            migrationBuilder.CreateIndex(
                name: "part_email",
                table: "maddr",
                columns: new[] { "partition_tag", "email" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "mailaddr_email_key",
                table: "mailaddr",
                column: "email",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "msgrcpt_idx_mail_id",
                table: "msgrcpt",
                column: "mail_id");

            migrationBuilder.CreateIndex(
                name: "msgrcpt_idx_rid",
                table: "msgrcpt",
                column: "rid");

            migrationBuilder.CreateIndex(
                name: "msgs_idx_mail_id",
                table: "msgs",
                column: "mail_id");

            migrationBuilder.CreateIndex(
                name: "msgs_idx_mess_id",
                table: "msgs",
                column: "message_id");

            migrationBuilder.CreateIndex(
                name: "msgs_idx_sid",
                table: "msgs",
                column: "sid");

            migrationBuilder.CreateIndex(
                name: "msgs_idx_time_iso",
                table: "msgs",
                column: "time_iso");

            migrationBuilder.CreateIndex(
                name: "msgs_idx_time_num",
                table: "msgs",
                column: "time_num");

            migrationBuilder.CreateIndex(
                name: "users_email_key",
                table: "users",
                column: "email",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "users_idx_policy_id",
                table: "users",
                column: "policy_id");

            migrationBuilder.CreateIndex(
                name: "wblist_idx_sid",
                table: "wblist",
                column: "sid");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "maddr");

            migrationBuilder.DropTable(
                name: "msgrcpt");

            migrationBuilder.DropTable(
                name: "msgs");

            migrationBuilder.DropTable(
                name: "quarantine");

            migrationBuilder.DropTable(
                name: "wblist");

            migrationBuilder.DropTable(
                name: "users");

            migrationBuilder.DropTable(
                name: "mailaddr");

            migrationBuilder.DropTable(
                name: "policy");
        }
    }
}
