namespace Amavis.Core.Lookups.Databases;

/// <summary>Where settings of addresses are looked up beside the configuration.</summary>
public enum AddressDatabase
{
    Sql,
    Ldap,
}

/// <summary>How a field of a database is read.</summary>
public enum FieldKind
{
    Text,
    Number,
    Truth,
    /// <summary>As <see cref="Truth"/>; a record without the field at all says yes, unless it was found under the catch-all key.</summary>
    Locality,
}
