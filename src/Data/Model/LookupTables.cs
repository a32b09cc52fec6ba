using Amavis.Core.Policy;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Data.Model;

/// <summary>The tables recipients' settings and white and black lists are looked up in.</summary>
internal static class LookupTables
{
    public static void Configure(ModelBuilder model, SchemaShape shape)
    {
        model.Entity<UsersRow>(e =>
        {
            e.ToTable("users", t => t.HasCheckConstraint("users_policy_id_check", "policy_id >= 0"));
            e.Key(shape, serial: true);
            e.Property(x => x.Priority).HasDefaultValue(7).HasSentinel(7);
            e.Property(x => x.PolicyId).HasDefaultValue(1).HasSentinel(1);
            e.OctetColumn(shape, nameof(UsersRow.Email));
            e.Text(shape, nameof(UsersRow.Fullname), 255).IsRequired(false);
            e.HasIndex(x => x.Email).IsUnique().HasDatabaseName("users_email_key");
            e.HasIndex(x => x.PolicyId).HasDatabaseName("users_idx_policy_id");
            e.HasOne<PolicyRow>().WithMany().HasForeignKey(x => x.PolicyId).OnDelete(DeleteBehavior.Restrict).HasConstraintName("users_policy_id_fkey");
        });
        model.Entity<MailaddrRow>(e =>
        {
            e.ToTable("mailaddr");
            e.Key(shape, serial: true);
            e.Property(x => x.Priority).HasDefaultValue(9).HasSentinel(9);
            e.OctetColumn(shape, nameof(MailaddrRow.Email));
            e.HasIndex(x => x.Email).IsUnique().HasDatabaseName("mailaddr_email_key");
        });
        model.Entity<WblistRow>(e =>
        {
            e.ToTable("wblist", t =>
            {
                t.HasCheckConstraint("wblist_rid_check", "rid >= 0");
                t.HasCheckConstraint("wblist_sid_check", "sid >= 0");
            });
            e.HasKey(x => new { x.Rid, x.Sid });
            e.Text(shape, nameof(WblistRow.Wb), 10);
            e.HasIndex(x => x.Sid).HasDatabaseName("wblist_idx_sid");
            e.HasOne<UsersRow>().WithMany().HasForeignKey(x => x.Rid).OnDelete(DeleteBehavior.Restrict).HasConstraintName("wblist_rid_fkey");
            e.HasOne<MailaddrRow>().WithMany().HasForeignKey(x => x.Sid).OnDelete(DeleteBehavior.Restrict).HasConstraintName("wblist_sid_fkey");
        });
        ConfigurePolicy(model, shape);
    }

    private static void ConfigurePolicy(ModelBuilder model, SchemaShape shape) => model.Entity<PolicyRow>(e =>
    {
        e.ToTable("policy");
        e.Key(shape, serial: true);
        e.Text(shape, nameof(PolicyRow.PolicyName), 32).IsRequired(false);
        foreach (var property in typeof(PolicyRow).GetProperties())
        {
            if (property.PropertyType != typeof(string) || property.Name == nameof(PolicyRow.PolicyName))
                continue;
            var flag = property.Name.EndsWith("Lover", StringComparison.Ordinal)
                || property.Name.StartsWith("Bypass", StringComparison.Ordinal)
                || property.Name.StartsWith("Warn", StringComparison.Ordinal);
            var column = flag ? e.Letter(shape, property.Name) : e.Text(shape, property.Name, 64);
            column.IsRequired(false);
        }
    });
}
