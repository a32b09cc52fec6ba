using System.Text;
using Amavis.Core.Addresses;
using Amavis.Core.Policy;
using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Data.Console;

/// <summary>Envelope addresses (<c>maddr</c>) that a search text means; see <see cref="TraceFilter.Sender"/> for the forms.</summary>
internal static class AddressSearch
{
    public static IQueryable<MaddrRow> Matching(AmavisDbContext context, string term)
    {
        var text = term.Trim();
        if (text is "<>" or "\"\"")
            return context.Maddr.Where(a => a.Email == "");
        text = text.TrimStart('<').TrimEnd('>');
        var at = text.LastIndexOf('@');
        if (at == 0 && text.Length > 1)
            return OfDomain(context, text[1..], withSubdomains: false);
        if (at < 0 && text.Length > 1 && text[0] == '.')
            return OfDomain(context, text[1..], withSubdomains: true);
        if (at > 0 && text.IndexOf('.', at) > at)
            return OfAddress(context, text[..at], DomainNames.Normalize(text[(at + 1)..]));
        return WithPiece(context, text.ToLowerInvariant());
    }

    private static IQueryable<MaddrRow> OfDomain(AmavisDbContext context, string domain, bool withSubdomains)
    {
        var reversed = DomainNames.Reverse(domain);
        if (!withSubdomains)
            return context.Maddr.Where(a => a.Domain == reversed);
        var prefix = reversed + ".";
        return context.Maddr.Where(a => a.Domain == reversed || a.Domain.StartsWith(prefix));
    }

    // Stored local parts are lower case unless the site says that case matters.
    private static IQueryable<MaddrRow> OfAddress(AmavisDbContext context, string local, string domain)
    {
        var asGiven = local + "@" + domain;
        var lower = local.ToLowerInvariant() + "@" + domain;
        return context.Maddr.Where(a => a.Email == lower || a.Email == asGiven);
    }

    // An octet column can't be searched as text, and not all of its octets are text: both sides are brought to PostgreSQL's escaped form.
    private static IQueryable<MaddrRow> WithPiece(AmavisDbContext context, string piece)
    {
        if (context.Shape.Provider == SqlProvider.Sqlite)
            return context.Maddr.FromSql($"SELECT * FROM maddr WHERE instr(lower(CAST(email AS TEXT)), {piece}) > 0");
        if (context.Shape.IsText("maddr.email"))
            return context.Maddr.FromSql($"SELECT * FROM maddr WHERE strpos(lower(email), {piece}) > 0");
        return context.Maddr.FromSql($"SELECT * FROM maddr WHERE strpos(lower(encode(email, 'escape')), {Escape(piece)}) > 0");
    }

    private static string Escape(string piece)
    {
        var text = new StringBuilder(piece.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(piece))
        {
            if (octet == (byte)'\\')
                text.Append("\\\\");
            else if (octet is 0 or >= 0x80)
                text.Append('\\').Append(Convert.ToString(octet, 8).PadLeft(3, '0'));
            else
                text.Append((char)octet);
        }
        return text.ToString();
    }
}
