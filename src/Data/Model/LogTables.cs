using Amavis.Core.Policy;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Data.Model;

/// <summary>The tables amavisd-new logs and quarantines in; other programs read and write them, too.</summary>
internal static class LogTables
{
    public static void Configure(ModelBuilder model, SchemaShape shape)
    {
        ConfigureMaddr(model, shape);
        ConfigureMsgs(model, shape);
        ConfigureMsgrcpt(model, shape);
        model.Entity<QuarantineRow>(e =>
        {
            e.ToTable("quarantine", t => t.HasCheckConstraint("quarantine_chunk_ind_check", "chunk_ind >= 0"));
            e.HasKey(x => new { x.PartitionTag, x.MailId, x.ChunkInd });
            e.Property(x => x.PartitionTag).HasDefaultValue(0);
            e.OctetColumn(shape, nameof(QuarantineRow.MailId));
        });
    }

    private static void ConfigureMaddr(ModelBuilder model, SchemaShape shape) => model.Entity<MaddrRow>(e =>
    {
        e.ToTable("maddr");
        e.Key(shape, serial: true);
        e.Property(x => x.PartitionTag).HasDefaultValue(0);
        e.OctetColumn(shape, nameof(MaddrRow.Email));
        e.Text(shape, nameof(MaddrRow.Domain), 255);
        e.HasIndex(x => new { x.PartitionTag, x.Email }).IsUnique().HasDatabaseName("part_email");
        var domain = e.HasIndex(x => x.Domain).HasDatabaseName("maddr_idx_domain");
        // Sub-domains are found by prefix, which a plain index serves in the C collation only.
        if (shape.Provider == SqlProvider.Postgres)
            NpgsqlIndexBuilderExtensions.HasOperators(domain, "varchar_pattern_ops");
    });

    private static void ConfigureMsgs(ModelBuilder model, SchemaShape shape) => model.Entity<MsgsRow>(e =>
    {
        e.ToTable("msgs", t =>
        {
            t.HasCheckConstraint("msgs_time_num_check", "time_num >= 0");
            t.HasCheckConstraint("msgs_sid_check", "sid >= 0");
            t.HasCheckConstraint("msgs_size_check", "size >= 0");
        });
        e.HasKey(x => new { x.PartitionTag, x.MailId });
        e.Property(x => x.PartitionTag).HasDefaultValue(0);
        e.OctetColumn(shape, nameof(MsgsRow.MailId));
        e.OctetColumn(shape, nameof(MsgsRow.SecretId)).IsRequired(false).HasDefaultValue("");
        e.Text(shape, nameof(MsgsRow.AmId), 20);
        var time = e.Property(x => x.TimeIso);
        if (shape.IsText("msgs.time_iso"))
            time.HasColumnType(shape.Provider == SqlProvider.Sqlite ? "TEXT" : "character varying").HasConversion(t => IsoTime.ToText(t), s => IsoTime.FromText(s));
        e.Text(shape, nameof(MsgsRow.Policy), 255).IsRequired(false).HasDefaultValue("");
        e.Text(shape, nameof(MsgsRow.ClientAddr), 255).IsRequired(false).HasDefaultValue("");
        e.Letter(shape, nameof(MsgsRow.Originating)).HasDefaultValue(" ");
        e.Letter(shape, nameof(MsgsRow.Content)).IsRequired(false);
        e.Letter(shape, nameof(MsgsRow.QuarType)).IsRequired(false);
        e.Text(shape, nameof(MsgsRow.QuarLoc), 255).IsRequired(false).HasDefaultValue("");
        e.Letter(shape, nameof(MsgsRow.DsnSent)).IsRequired(false);
        e.Text(shape, nameof(MsgsRow.MessageId), 255).IsRequired(false).HasDefaultValue("");
        e.Text(shape, nameof(MsgsRow.FromAddr), 255).IsRequired(false).HasDefaultValue("");
        e.Text(shape, nameof(MsgsRow.Subject), 255).IsRequired(false).HasDefaultValue("");
        e.Text(shape, nameof(MsgsRow.Host), 255);
        e.HasIndex(x => x.Sid).HasDatabaseName("msgs_idx_sid");
        e.HasIndex(x => x.MessageId).HasDatabaseName("msgs_idx_mess_id");
        e.HasIndex(x => x.TimeNum).HasDatabaseName("msgs_idx_time_num");
        e.HasIndex(x => x.TimeIso).HasDatabaseName("msgs_idx_time_iso");
        e.HasIndex(x => x.MailId).HasDatabaseName("msgs_idx_mail_id");
    });

    private static void ConfigureMsgrcpt(ModelBuilder model, SchemaShape shape) => model.Entity<MsgrcptRow>(e =>
    {
        e.ToTable("msgrcpt");
        e.HasKey(x => new { x.PartitionTag, x.MailId, x.Rseqnum });
        e.Property(x => x.PartitionTag).HasDefaultValue(0);
        e.OctetColumn(shape, nameof(MsgrcptRow.MailId));
        e.Property(x => x.Rseqnum).HasDefaultValue(0);
        e.Letter(shape, nameof(MsgrcptRow.IsLocal)).HasDefaultValue(" ");
        e.Letter(shape, nameof(MsgrcptRow.Content)).HasDefaultValue(" ");
        e.Letter(shape, nameof(MsgrcptRow.Ds));
        e.Letter(shape, nameof(MsgrcptRow.Rs));
        e.Letter(shape, nameof(MsgrcptRow.Bl)).IsRequired(false).HasDefaultValue(" ");
        e.Letter(shape, nameof(MsgrcptRow.Wl)).IsRequired(false).HasDefaultValue(" ");
        e.Text(shape, nameof(MsgrcptRow.SmtpResp), 255).IsRequired(false).HasDefaultValue("");
        e.HasIndex(x => x.MailId).HasDatabaseName("msgrcpt_idx_mail_id");
        e.HasIndex(x => x.Rid).HasDatabaseName("msgrcpt_idx_rid");
    });
}
