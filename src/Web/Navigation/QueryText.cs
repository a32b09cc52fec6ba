using System.Globalization;
using System.Text;

namespace Amavis.Web.Navigation;

/// <summary>Builds the query part of an address; empty values are left out, so that addresses stay short.</summary>
internal sealed class QueryText
{
    private readonly StringBuilder _text = new();

    public QueryText Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            _text.Append(_text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    public QueryText Add(string name, double? value) => Add(name, value?.ToString("0.###", CultureInfo.InvariantCulture));

    public QueryText Add(string name, bool value) => Add(name, value ? "1" : null);

    public override string ToString() => _text.ToString();
}
