using Microsoft.EntityFrameworkCore;

namespace Amavis.Data.Model;

/// <summary>Our own tables, all named <c>aw_...</c>; no other program has to know them.</summary>
internal static class OwnTables
{
    public static void Configure(ModelBuilder model, SchemaShape shape)
    {
        model.Entity<ExplanationRow>(e =>
        {
            e.ToTable("aw_explanation");
            e.HasKey(x => new { x.PartitionTag, x.MailId });
            e.OctetColumn(shape, nameof(ExplanationRow.MailId));
            e.LongText(shape, nameof(ExplanationRow.Explanation));
        });
        model.Entity<AccountRow>(e =>
        {
            e.ToTable("aw_account");
            e.Key(shape, serial: false);
            e.Text(shape, nameof(AccountRow.UserName), 255);
            e.Text(shape, nameof(AccountRow.NormalizedName), 255);
            e.HasIndex(x => x.NormalizedName).IsUnique().HasDatabaseName("aw_account_name");
            e.Property(x => x.ConcurrencyStamp).IsConcurrencyToken();
            e.Instant(shape, nameof(AccountRow.LockoutEnd));
            e.Instant(shape, nameof(AccountRow.CreatedAt));
            e.Instant(shape, nameof(AccountRow.LastSignInAt));
        });
        model.Entity<AuditRow>(e =>
        {
            e.ToTable("aw_audit");
            e.Key(shape, serial: false);
            e.Instant(shape, nameof(AuditRow.Time));
            e.HasIndex(x => x.Time).HasDatabaseName("aw_audit_time");
            e.HasIndex(x => x.Subject).HasDatabaseName("aw_audit_subject");
        });
    }
}
