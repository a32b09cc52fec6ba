using Amavis.Configuration.Catalog;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>
/// Puts the fields of SQL and LDAP before the tables of each variable that has one. Banks were read before and give their own tables
/// alone, so a bank that sets such a variable takes the databases out.
/// </summary>
internal static class ImpliedDatabases
{
    public static Settings Put(Settings settings)
    {
        var sql = settings.LookupSqlDsn.Count > 0;
        var ldap = AsksLdap(settings);
        if (!settings.LookupMapsImplySqlAndLdap || (!sql && !ldap))
            return settings;
        foreach (var variable in VariableCatalog.All)
            if (variable.Tables is { } tables && PolicyField.Of(variable.Name) is { } field)
                settings = tables.Set(settings, new LookupMaps([.. field.Tables(sql, ldap), .. tables.Get(settings).Tables]));
        return settings;
    }

    /// <summary>From the start, or in a bank.</summary>
    private static bool AsksLdap(Settings settings) =>
        settings.EnableLdap || settings.PolicyBanks.Values.Any(bank => bank.Overlay(settings).EnableLdap);
}
