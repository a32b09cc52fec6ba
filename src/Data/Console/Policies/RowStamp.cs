using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Amavis.Data.Console.Policies;

/// <summary>A short text that differs when values differ: what a form was made from is compared with what is stored now.</summary>
internal static class RowStamp
{
    public static string Of(params object?[] values)
    {
        var text = new StringBuilder();
        foreach (var value in values)
        {
            var shown = Convert.ToString(value, CultureInfo.InvariantCulture);
            text.Append(value is null ? -1 : shown!.Length).Append(':').Append(shown).Append('\n');
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 8));
    }
}
