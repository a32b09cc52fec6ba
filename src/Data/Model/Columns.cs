using Amavis.Core.Policy;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Amavis.Data.Model;

/// <summary>The kinds of columns the tables are made of, for each provider and shape.</summary>
internal static class Columns
{
    private static readonly ValueConverter<DateTimeOffset, long> UnixMilliseconds =
        new(time => time.ToUnixTimeMilliseconds(), value => DateTimeOffset.FromUnixTimeMilliseconds(value));

    /// <summary>An identifier or address: <c>bytea</c> in PostgreSQL unless the column there is text; TEXT in SQLite.</summary>
    public static PropertyBuilder<string> OctetColumn<T>(this EntityTypeBuilder<T> entity, SchemaShape shape, string name)
        where T : class
    {
        var property = entity.Property<string>(name);
        if (shape.Provider == SqlProvider.Sqlite)
            return property.HasColumnType("TEXT");
        if (shape.TextColumns.Contains(entity.Metadata.GetTableName() + "." + SnakeCase.Of(name)))
            return property.HasColumnType("character varying");
        return property.HasColumnType("bytea").HasConversion(text => OctetText.ToOctets(text), octets => OctetText.FromOctets(octets));
    }

    /// <summary>One character; a blank is stored as one.</summary>
    public static PropertyBuilder<string> Letter<T>(this EntityTypeBuilder<T> entity, SchemaShape shape, string name)
        where T : class =>
        entity.Property<string>(name).HasColumnType(shape.Provider == SqlProvider.Sqlite ? "TEXT" : "character(1)");

    /// <summary>Text of at most so many characters (PostgreSQL; SQLite does not limit).</summary>
    public static PropertyBuilder<string> Text<T>(this EntityTypeBuilder<T> entity, SchemaShape shape, string name, int length)
        where T : class =>
        entity.Property<string>(name).HasColumnType(shape.Provider == SqlProvider.Sqlite ? "TEXT" : $"character varying({length})");

    /// <summary>Text without a limit.</summary>
    public static PropertyBuilder<string> LongText<T>(this EntityTypeBuilder<T> entity, SchemaShape shape, string name)
        where T : class =>
        entity.Property<string>(name).HasColumnType(shape.Provider == SqlProvider.Sqlite ? "TEXT" : "text");

    /// <summary>Unix milliseconds: ordered and compared alike by both providers.</summary>
    public static void Instant<T>(this EntityTypeBuilder<T> entity, SchemaShape shape, string name)
        where T : class =>
        entity.Property(name).HasColumnType(shape.Provider == SqlProvider.Sqlite ? "INTEGER" : "bigint").HasConversion(UnixMilliseconds);

    public static void Key<T>(this EntityTypeBuilder<T> entity, SchemaShape shape, bool serial, string name = "Id")
        where T : class
    {
        entity.HasKey(name);
        var property = entity.Property(name).ValueGeneratedOnAdd();
        if (shape.Provider != SqlProvider.Postgres)
            return;
        // The published schema has serial, and its grants name the sequence a serial makes.
        if (serial)
            NpgsqlPropertyBuilderExtensions.UseSerialColumn(property);
        else
            NpgsqlPropertyBuilderExtensions.UseIdentityByDefaultColumn(property);
    }
}
