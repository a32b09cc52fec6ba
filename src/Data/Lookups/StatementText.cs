using System.Globalization;
using System.Text;
using Amavis.Core.Lookups;

namespace Amavis.Data.Lookups;

/// <summary>
/// A statement given by the administrator, with its place holders numbered: <c>%k</c> the list of keys, <c>%a</c> the address,
/// <c>%l</c> the local part as received, <c>%u</c> the local part without extension, <c>%e</c> the extension, <c>%d</c> the domain,
/// <c>%L</c> whether the address is local, <c>?</c> the next extra argument. Nothing is ever put into the text itself.
/// </summary>
internal static class StatementText
{
    /// <param name="extra">For the question marks, in order; those beyond get the empty text.</param>
    public static (string Sql, List<object> Arguments) Expand(string clause, AddressKeys address, IReadOnlyList<string> keys, bool isLocal, IReadOnlyList<object> extra)
    {
        var sql = new StringBuilder(clause.Length + 64);
        var arguments = new List<object>();
        var used = 0;
        var quote = '\0';
        for (var i = 0; i < clause.Length; i++)
        {
            var c = clause[i];
            if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
                sql.Append(c);
            }
            else if (c is '\'' or '"' or '`')
            {
                quote = c;
                sql.Append(c);
            }
            else if (c == '?')
            {
                Put(used < extra.Count ? extra[used] : "");
                used++;
            }
            else if (c == '%' && i + 1 < clause.Length && PutHolder(clause[i + 1]))
            {
                i++;
            }
            else
            {
                sql.Append(c);
            }
        }
        return (sql.ToString(), arguments);

        void Put(object value)
        {
            arguments.Add(value);
            sql.Append(CultureInfo.InvariantCulture, $"${arguments.Count}");
        }

        bool PutHolder(char letter)
        {
            switch (letter)
            {
                case 'k':
                    for (var k = 0; k < keys.Count; k++)
                    {
                        if (k > 0)
                            sql.Append(',');
                        Put(keys[k]);
                    }
                    return true;
                case 'a': Put(address.Original); return true;
                case 'l': Put(address.LocalAsReceived); return true;
                case 'u': Put(address.BaseLocal); return true;
                case 'e': Put(address.Extension); return true;
                case 'd': Put(address.Domain); return true;
                case 'L': Put(isLocal ? "1" : "0"); return true;
                default: return false;
            }
        }
    }
}
