using System.Globalization;
using System.Text;

namespace Amavis.Core.Addresses;

/// <summary>Domain names in the forms lookups and the database use.</summary>
public static class DomainNames
{
    private static readonly IdnMapping Idn = new() { AllowUnassigned = true, UseStd3AsciiRules = false };

    /// <summary>Lower case, A-labels (RFC 5890), no leading at sign, no trailing dots. A name IDNA can't encode is only lower-cased.</summary>
    public static string Normalize(string domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        var name = domain.TrimStart('@').TrimEnd('.');
        if (!Ascii.IsValid(name))
        {
            try
            {
                name = Idn.GetAscii(name);
            }
            catch (ArgumentException)
            {
                // Not a name IDNA knows; compared as written.
            }
        }
        return name.ToLowerInvariant();
    }

    /// <summary>Labels in reverse order, so that a prefix search finds sub-domains: <c>a.Example.COM</c> gives <c>com.example.a</c>.</summary>
    public static string Reverse(string domain)
    {
        var labels = Normalize(domain).Split('.');
        Array.Reverse(labels);
        return string.Join('.', labels);
    }

    /// <summary>The display form: U-labels where the name has A-labels.</summary>
    public static string Display(string domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        try
        {
            return domain.Contains("xn--", StringComparison.OrdinalIgnoreCase) ? Idn.GetUnicode(domain) : domain;
        }
        catch (ArgumentException)
        {
            return domain;
        }
    }
}
