using System.Globalization;
using Amavis.Configuration.Yaml;
using Amavis.Core.Categories;

namespace Amavis.Configuration.Reading;

/// <summary>Readers of single values.</summary>
internal static class Scalars
{
    public static bool Truth(Node node, BindContext context, out bool value)
    {
        value = false;
        if (node is not ScalarNode scalar)
            return context.Expects(node, "true or false");
        if (scalar.IsNull || scalar.Text.Length == 0)
            return true;
        if (TruthOf(scalar) is not { } truth)
            return context.Expects(node, "true or false");
        value = truth;
        return true;
    }

    /// <summary>Also the words and numbers people use; null: no truth value.</summary>
    public static bool? TruthOf(ScalarNode scalar) => scalar.Text.ToLowerInvariant() switch
    {
        "true" or "1" or "yes" or "on" => true,
        "false" or "0" or "no" or "off" => false,
        _ => null,
    };

    /// <param name="whenNull">The value of null; null: null is a mistake.</param>
    public static ValueReader<long> Integer(long min = 0, long max = long.MaxValue, long? whenNull = null) =>
        (Node node, BindContext context, out long value) =>
        {
            value = whenNull ?? 0;
            if (node is not ScalarNode scalar)
                return context.Expects(node, "a whole number");
            if (scalar.IsNull)
                return whenNull is not null || context.Expects(node, "a whole number");
            if (!long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
                return context.Expects(node, "a whole number");
            if (value >= min && value <= max)
                return true;
            return context.Fault(node, max == long.MaxValue ? $"{value} is less than {min}" : $"{value} is not between {min} and {max}");
        };

    public static ValueReader<long?> OptionalInteger(long min = 0, long max = long.MaxValue) =>
        (Node node, BindContext context, out long? value) =>
        {
            value = null;
            if (node is ScalarNode { IsNull: true })
                return true;
            if (!Integer(min, max)(node, context, out var number))
                return false;
            value = number;
            return true;
        };

    public static ValueReader<double> Number(double? min = null, double? whenNull = null) =>
        (Node node, BindContext context, out double value) =>
        {
            value = whenNull ?? 0;
            if (node is ScalarNode { IsNull: true } && whenNull is not null)
                return true;
            if (node is not ScalarNode { Number: { } number })
                return context.Expects(node, "a number");
            value = number;
            return min is null || number >= min || context.Fault(node, string.Create(CultureInfo.InvariantCulture, $"{number} is less than {min}"));
        };

    /// <summary>Null stays null.</summary>
    public static ValueReader<double?> OptionalNumber() =>
        (Node node, BindContext context, out double? value) =>
        {
            value = null;
            if (node is ScalarNode { IsNull: true })
                return true;
            if (!Number()(node, context, out var number))
                return false;
            value = number;
            return true;
        };

    public static ValueReader<TimeSpan> Seconds(long min, long floor = 0) =>
        (Node node, BindContext context, out TimeSpan value) =>
        {
            var good = Integer(min, int.MaxValue / 1000)(node, context, out var seconds);
            value = TimeSpan.FromSeconds(Math.Max(seconds, floor));
            return good;
        };

    /// <summary>A line of text; null stays null. Control characters would end up on protocol lines and are refused.</summary>
    public static bool Line(Node node, BindContext context, out string? value)
    {
        value = null;
        if (node is not ScalarNode scalar)
            return context.Expects(node, "a text");
        if (scalar.IsNull)
            return true;
        if (scalar.Text.AsSpan().ContainsAnyInRange('\0', '\x1f') || scalar.Text.Contains('\x7f'))
            return context.Fault(node, "holds a control character or line end");
        value = scalar.Text;
        return true;
    }

    /// <summary>A line of text that must be there.</summary>
    public static bool RequiredLine(Node node, BindContext context, out string value)
    {
        var good = Line(node, context, out var text);
        value = text ?? "";
        return good && (value.Length > 0 || context.Fault(node, "must not be empty"));
    }

    /// <summary>As <see cref="Line"/>; null is the empty text.</summary>
    public static bool LineOrEmpty(Node node, BindContext context, out string value)
    {
        var good = Line(node, context, out var text);
        value = text ?? "";
        return good;
    }

    /// <summary>A list of texts, or one.</summary>
    public static bool Lines(Node node, BindContext context, out IReadOnlyList<string> value)
    {
        var lines = new List<string>();
        value = lines;
        if (node is ScalarNode { IsNull: true })
            return true;
        var good = true;
        foreach (var item in node is ListNode list ? list.Items : [node])
        {
            good &= RequiredLine(item, context, out var line);
            lines.Add(line);
        }
        return good;
    }

    /// <summary>Permission bits, written in octal as for chmod.</summary>
    public static bool Mode(Node node, BindContext context, out int? value)
    {
        value = null;
        if (node is ScalarNode { IsNull: true })
            return true;
        var digits = (node as ScalarNode)?.Text ?? "";
        digits = digits.StartsWith("0o", StringComparison.Ordinal) ? digits[2..] : digits;
        if (digits.Length is 0 or > 4 || digits.AsSpan().ContainsAnyExceptInRange('0', '7'))
            return context.Expects(node, "permissions in octal such as 0660");
        value = Convert.ToInt32(digits, 8);
        return true;
    }

    public static bool DestinyOf(Node node, BindContext context, out Destiny value)
    {
        value = Destiny.Pass;
        var text = (node as ScalarNode)?.Text;
        Destiny? found = text switch
        {
            "D_PASS" or "1" => Destiny.Pass,
            "D_DISCARD" or "0" => Destiny.Discard,
            "D_BOUNCE" or "-2" => Destiny.Bounce,
            "D_REJECT" or "-3" => Destiny.Reject,
            "D_TEMPFAIL" or "-4" => Destiny.TempFail,
            _ => null,
        };
        if (found is not { } destiny)
            return context.Expects(node, "D_PASS, D_DISCARD, D_BOUNCE, D_REJECT or D_TEMPFAIL");
        value = destiny;
        return true;
    }

    /// <summary>One of a few words, compared without regard to case; null stays null.</summary>
    public static ValueReader<string?> OneOf(params string[] words) =>
        (Node node, BindContext context, out string? value) =>
        {
            value = null;
            if (node is ScalarNode { IsNull: true } or ScalarNode { Text: "" })
                return true;
            value = node is ScalarNode scalar ? Array.Find(words, w => w.Equals(scalar.Text, StringComparison.OrdinalIgnoreCase)) : null;
            return value is not null || context.Expects(node, string.Join(", ", words[..^1]) + (words.Length > 1 ? " or " : "") + words[^1]);
        };
}
