using System.Globalization;
using Amavis.Configuration.Importing.Syntax;

namespace Amavis.Configuration.Importing.Evaluation;

/// <summary>A value of a configuration being imported.</summary>
internal abstract record PerlValue
{
    private PerlValue() { }

    public static readonly PerlValue Undef = new Undefined();

    public sealed record Undefined : PerlValue;

    public sealed record Text(string Value) : PerlValue;

    /// <param name="Literal">As it was written; null: the result of a calculation.</param>
    /// <param name="Constant">The constant it came from, such as <c>D_PASS</c>; null: none.</param>
    public sealed record Number(double Value, string? Literal = null, string? Constant = null) : PerlValue
    {
        /// <summary>As Perl prints it.</summary>
        public string Digits => double.IsInteger(Value) && Math.Abs(Value) < 1e15
            ? ((long)Value).ToString(CultureInfo.InvariantCulture)
            : Value.ToString("G15", CultureInfo.InvariantCulture).Replace("E+", "e+", StringComparison.Ordinal).Replace("E-", "e-", StringComparison.Ordinal);
    }

    /// <summary>A compiled pattern.</summary>
    /// <param name="Flags">Of i m s x.</param>
    public sealed record Pattern(string Source, string Flags) : PerlValue
    {
        /// <summary>The pattern with its flags inside.</summary>
        public string Embedded => $"(?^{Flags}:{Source})";
    }

    /// <summary><c>new_RE(...)</c>: patterns in order, each alone or in a pair with its result.</summary>
    public sealed record Patterns(PerlArray Rules) : PerlValue;

    /// <summary><c>read_hash</c>, <c>read_array</c> or <c>read_cidr</c>: a table in a file.</summary>
    /// <param name="Kind">The YAML key: <c>file</c>, <c>array</c>, <c>cidr</c>.</param>
    public sealed record FileTable(string Kind, string Path) : PerlValue;

    public sealed record ScalarLink(PerlScalar To) : PerlValue;

    public sealed record ArrayLink(PerlArray To) : PerlValue;

    public sealed record HashLink(PerlHash To) : PerlValue;

    /// <summary><c>\&amp;name</c>, without package.</summary>
    public sealed record Routine(string Name) : PerlValue;

    /// <summary>Code whose text is known, but that is not run.</summary>
    public sealed record Code(string Source) : PerlValue;

    /// <summary><c>sub { ca('x') }</c>: the value of a variable at the time it is asked for.</summary>
    public sealed record Lazy(string Name) : PerlValue;

    /// <summary><c>Opaque(...)</c>: a constant, also when it is a list.</summary>
    public sealed record Opaque(PerlValue Value) : PerlValue;

    /// <summary><c>q_sql_n('field')</c> and its kind.</summary>
    public sealed record Field(string Function, string Name) : PerlValue;

    /// <summary>A value that can't be told.</summary>
    public sealed record Unknown(string Reason) : PerlValue;

    public bool IsUndefined => this is Undefined;

    /// <summary>Perl's truth; null: it can't be told.</summary>
    public bool? Truth => this switch
    {
        Undefined => false,
        Text text => text.Value is not ("" or "0"),
        Number number => number.Value != 0,
        Unknown => null,
        _ => true,
    };

    /// <summary>The value as a text; null: it is no single value.</summary>
    public string? Printed => this switch
    {
        Undefined => "",
        Text text => text.Value,
        Number number => number.Digits,
        Pattern pattern => pattern.Embedded,
        _ => null,
    };

    /// <summary>The value as a number, by the digits a text begins with; null: it is no single value.</summary>
    public double? AsNumber => this switch
    {
        Undefined => 0,
        Number number => number.Value,
        Text text => Leading(text.Value),
        _ => null,
    };

    private static double Leading(string text)
    {
        var plain = text.AsSpan().TrimStart();
        var end = plain.Length > 0 && plain[0] is '-' or '+' ? 1 : 0;
        while (end < plain.Length && (char.IsAsciiDigit(plain[end]) || plain[end] == '.'))
            end++;
        if (end < plain.Length && plain[end] is 'e' or 'E')
        {
            var exponent = end + 1 < plain.Length && plain[end + 1] is '-' or '+' ? end + 2 : end + 1;
            var digits = exponent;
            while (digits < plain.Length && char.IsAsciiDigit(plain[digits]))
                digits++;
            end = digits > exponent ? digits : end;
        }
        return double.TryParse(plain[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : 0;
    }
}

/// <summary>A value in a list, with where it comes from.</summary>
internal sealed record PerlItem(PerlValue Value, SourcePosition Position, ImportStatement Statement)
{
    public CommentSet Comments { get; init; } = CommentSet.None;

    /// <summary>The contents of a file are meant, not a table of them.</summary>
    public bool IsSpread { get; init; }
}

/// <summary>A value in a map, with where it comes from.</summary>
internal sealed record PerlEntry(string Key, PerlItem Item)
{
    /// <summary>Set by the original, not by the files.</summary>
    public bool IsDefault { get; init; }
}
