using System.Globalization;
using System.Text;

namespace Amavis.Engine.Templates;

/// <summary>
/// <c>sprintf</c> with the conversions of C that log lines use: <c>s d i u f e g x X o b c</c>, flags, width and precision. What is no
/// conversion stays as it is.
/// </summary>
internal static class PerlFormat
{
    /// <summary>Largest width and precision.</summary>
    private const int MaxWidth = 1000;

    /// <summary>Number at the start of a text; 0 when there is none.</summary>
    public static double NumberOf(string text)
    {
        var span = text.AsSpan().Trim();
        var end = 0;
        if (end < span.Length && span[end] is '+' or '-')
            end++;
        var digits = end;
        while (end < span.Length && char.IsAsciiDigit(span[end]))
            end++;
        if (end < span.Length && span[end] == '.')
            for (end++; end < span.Length && char.IsAsciiDigit(span[end]);)
                end++;
        if (end == digits || (end == digits + 1 && span[digits] == '.'))
            return 0;
        var exponent = end;
        if (exponent < span.Length && span[exponent] is 'e' or 'E')
        {
            exponent++;
            if (exponent < span.Length && span[exponent] is '+' or '-')
                exponent++;
            var start = exponent;
            while (exponent < span.Length && char.IsAsciiDigit(span[exponent]))
                exponent++;
            if (exponent > start)
                end = exponent;
        }
        return double.TryParse(span[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : 0;
    }

    public static string Format(string format, IReadOnlyList<string> arguments)
    {
        var result = new StringBuilder(format.Length + 32);
        var next = 0;
        string Argument() => next < arguments.Count ? arguments[next++] : "";
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }
            var start = i++;
            var field = new Field();
            while (i < format.Length && format[i] is '-' or '+' or ' ' or '0' or '#')
                field.Flag(format[i++]);
            if (Size(format, ref i, Argument) is { } width)
                field.Width(width);
            if (i < format.Length && format[i] == '.')
            {
                i++;
                field.Precision = Math.Max(0, Size(format, ref i, Argument) ?? 0);
            }
            while (i < format.Length && format[i] is 'l' or 'h' or 'q')
                i++;
            if (i >= format.Length || Convert(format[i], ref field, Argument) is not { } text)
            {
                i = Math.Min(i, format.Length - 1);
                result.Append(format, start, i - start + 1);
                continue;
            }
            result.Append(text);
        }
        return result.ToString();
    }

    private static int? Size(string format, ref int i, Func<string> argument)
    {
        if (i < format.Length && format[i] == '*')
        {
            i++;
            return (int)Math.Clamp(NumberOf(argument()), -MaxWidth, MaxWidth);
        }
        var value = 0;
        var start = i;
        for (; i < format.Length && char.IsAsciiDigit(format[i]); i++)
            value = Math.Min(MaxWidth, (value * 10) + format[i] - '0');
        return i == start ? null : value;
    }

    private static string? Convert(char conversion, ref Field field, Func<string> argument)
    {
        switch (conversion)
        {
            case '%':
                return "%";
            case 's':
                var text = argument();
                return field.Pad(field.Precision is { } characters ? TextCuts.Head(text, characters) : text);
            case 'c':
                var code = NumberOf(argument());
                return field.Pad(code is > 0 and <= 0x10ffff && Rune.IsValid((int)code) ? new Rune((int)code).ToString() : "");
            case 'd' or 'i' or 'u':
                return field.Number(Whole(argument()).ToString(CultureInfo.InvariantCulture));
            case 'x':
                return field.Number(Whole(argument()).ToString("x", CultureInfo.InvariantCulture));
            case 'X':
                return field.Number(Whole(argument()).ToString("X", CultureInfo.InvariantCulture));
            case 'o':
                return field.Number(System.Convert.ToString(Whole(argument()), 8));
            case 'b':
                return field.Number(System.Convert.ToString(Whole(argument()), 2));
            case 'f' or 'F':
                return field.Number(NumberOf(argument()).ToString("F" + (field.TakePrecision() ?? 6), CultureInfo.InvariantCulture));
            case 'e' or 'E':
                return field.Number(Exponential(NumberOf(argument()), field.TakePrecision() ?? 6, conversion));
            case 'g' or 'G':
                return field.Number(General(NumberOf(argument()), Math.Max(1, field.TakePrecision() ?? 6)));
            default:
                return null;
        }
    }

    private static long Whole(string text) => (long)Math.Clamp(Math.Truncate(NumberOf(text)), long.MinValue / 2, long.MaxValue / 2);

    private static string Exponential(double value, int precision, char letter) =>
        value.ToString(letter + precision.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            .Replace(letter + "+0", letter + "+", StringComparison.Ordinal).Replace(letter + "-0", letter + "-", StringComparison.Ordinal);

    private static string General(double value, int precision)
    {
        if (value == 0)
            return "0";
        var exponent = (int)Math.Floor(Math.Log10(Math.Abs(value)));
        if (exponent < -4 || exponent >= precision)
        {
            var text = Exponential(value, precision - 1, 'e');
            var e = text.IndexOf('e', StringComparison.Ordinal);
            return WithoutZeros(text[..e]) + text[e..];
        }
        return WithoutZeros(value.ToString("F" + Math.Max(0, precision - 1 - exponent), CultureInfo.InvariantCulture));
    }

    private static string WithoutZeros(string digits) => digits.Contains('.') ? digits.TrimEnd('0').TrimEnd('.') : digits;

    /// <summary>Flags, width and precision of one conversion.</summary>
    private struct Field
    {
        private int _width;
        private bool _left;
        private bool _zeros;
        private char _sign;

        public int? Precision { get; set; }

        public void Flag(char flag)
        {
            _left |= flag == '-';
            _zeros |= flag == '0';
            if (flag == '+' || (flag == ' ' && _sign == '\0'))
                _sign = flag;
        }

        /// <summary>A negative one aligns to the left.</summary>
        public void Width(int width)
        {
            _left |= width < 0;
            _width = Math.Min(MaxWidth, Math.Abs(width));
        }

        public int? TakePrecision()
        {
            var precision = Precision;
            Precision = null;
            return precision is { } p ? Math.Min(p, 100) : null;
        }

        public readonly string Pad(string text) => _left ? text.PadRight(_width) : text.PadLeft(_width, _zeros ? '0' : ' ');

        public readonly string Number(string digits)
        {
            var isNegative = digits.StartsWith('-');
            var magnitude = isNegative ? digits[1..] : digits;
            if (Precision is { } least)
                magnitude = magnitude.PadLeft(Math.Min(least, MaxWidth), '0');
            var sign = isNegative ? "-" : _sign == '\0' ? "" : _sign.ToString();
            if (_zeros && !_left && Precision is null)
                return sign + magnitude.PadLeft(Math.Max(0, _width - sign.Length), '0');
            return _left ? (sign + magnitude).PadRight(_width) : (sign + magnitude).PadLeft(_width);
        }
    }
}
