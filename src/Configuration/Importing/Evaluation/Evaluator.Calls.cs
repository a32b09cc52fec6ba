using System.Globalization;
using System.Text;
using Amavis.Configuration.Importing.Syntax;
using Amavis.Core.Addresses;

namespace Amavis.Configuration.Importing.Evaluation;

/// <summary>Calls of functions.</summary>
internal sealed partial class Evaluator
{
    private static PerlValue.Unknown Unknown(string reason) => new PerlValue.Unknown(reason);

    private PerlValue CallValue(Expression.Call call)
    {
        var name = call.Name[(call.Name.LastIndexOf(':') + 1)..];
        if (Constants.ContainsKey(name) && call.Arguments.Items.Count == 0)
            return WordValue(name);
        switch (name)
        {
            case "map" or "grep" or "split" or "reverse" or "sort" or "keys" or "values":
                return name == "reverse" ? Reversed(call) : new PerlValue.Number(List(call).Count);
            case "undef":
                return Undefine(call);
            case "defined" or "exists" or "ref" or "scalar":
                return Asked(name, call);
            case "delete":
                return Delete(call);
            case "push" or "unshift":
                return Extend(call, atEnd: name == "push");
            case "pop" or "shift":
                return TakeOff(call, fromEnd: name == "pop");
            case "chomp" or "chop":
                return Chomp(call);
            case "new_RE":
                return new PerlValue.Patterns(ArrayOf(call.Arguments));
            case "read_hash" or "read_array" or "read_cidr":
                return FileTableOf(name, call);
            case "dkim_key":
                DkimKeys.Add(new PerlItem(new PerlValue.ArrayLink(ArrayOf(call.Arguments)), PositionOf(call.At), _statement));
                return PerlValue.Undef;
            case "include_config_files" or "include_optional_config_files":
                foreach (var item in List(call.Arguments))
                    Include(item.Value, isOptional: name == "include_optional_config_files");
                return Bool(true);
            case "do" or "require":
                Include(Argument(call), isOptional: false);
                return Bool(true);
            case "read_l10n_templates":
                return ReadTemplates(call);
            case "die" or "warn" or "print" or "printf" or "umask" or "return" or "exit":
                _statement.Note($"\"{name}\" does nothing in a configuration");
                return Bool(true);
            case "c" or "ca" or "cr" when Argument(call).Printed is { } lazy:
                return new PerlValue.Lazy(lazy);
            default:
                return Function(name, call);
        }
    }

    private PerlValue Argument(Expression.Call call, int index = 0) =>
        index < call.Arguments.Items.Count ? Scalar(call.Arguments.Items[index].Value) : index == 0 && call.Arguments.Items.Count == 0 ? VariableValue(new Expression.Variable(call.At, '$', "_")) : PerlValue.Undef;

    /// <summary>Functions of values alone.</summary>
    private PerlValue Function(string name, Expression.Call call)
    {
        var arguments = name is "join" or "sprintf" or "pack" ? List(call.Arguments).Select(i => i.Value).ToList() : [Argument(call)];
        if (arguments.OfType<PerlValue.Unknown>().FirstOrDefault() is { } unknown)
            return unknown;
        var text = arguments.Count > 0 ? arguments[0].Printed : null;
        return name switch
        {
            "Opaque" => new PerlValue.Opaque(arguments[0]),
            "OpaqueRef" => new PerlValue.Opaque(arguments[0] is PerlValue.ScalarLink link ? link.To.Value : arguments[0]),
            "q_sql_s" or "q_sql_n" or "q_sql_b" or "q_ldap_s" or "q_ldap_n" or "q_ldap_b" => new PerlValue.Field(name, text ?? ""),
            "q_dns_a" => Unknown("lists in DNS can't be asked here"),
            "system" or "exec" or "open" or "opendir" or "unlink" or "mkdir" or "chdir" or "rmdir" or "eval" => Unknown($"\"{name}\" is never done while a configuration is imported"),
            _ when text is null => Unknown(IsText(name) ? $"{name}() of a reference is not evaluated" : $"the function {name} is not known here"),
            "lc" => new PerlValue.Text(text.ToLowerInvariant()),
            "uc" => new PerlValue.Text(text.ToUpperInvariant()),
            "lcfirst" => new PerlValue.Text(text.Length == 0 ? "" : char.ToLowerInvariant(text[0]) + text[1..]),
            "ucfirst" => new PerlValue.Text(text.Length == 0 ? "" : char.ToUpperInvariant(text[0]) + text[1..]),
            "length" => arguments[0].IsUndefined ? PerlValue.Undef : new PerlValue.Number(text.Length),
            "int" => new PerlValue.Number(Math.Truncate(arguments[0].AsNumber ?? 0)),
            "abs" => new PerlValue.Number(Math.Abs(arguments[0].AsNumber ?? 0)),
            "oct" => Octal(text),
            "hex" => long.TryParse(text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? new PerlValue.Number(hex) : Unknown($"\"{Short(text)}\" is no hexadecimal number"),
            "quotemeta" => new PerlValue.Text(string.Concat(text.Select(c => Cursor.IsWordPart(c) || c > '\x7f' ? c.ToString() : "\\" + c))),
            "chr" => arguments[0].AsNumber is >= 0 and < 0xd800 and var code ? new PerlValue.Text(((char)code).ToString()) : Unknown("chr() of this number is not evaluated"),
            "ord" => new PerlValue.Number(text.Length == 0 ? 0 : text[0]),
            "idn_to_ascii" or "to_ascii" => new PerlValue.Text(Ascii(text)),
            "read_text" => TemplateText(text),
            "join" => Joined(text, arguments.Skip(1).ToList()),
            "sprintf" => Formatted(text, arguments),
            "pack" => Packed(text, arguments),
            _ => Unknown($"the function {name} is not known here"),
        };
    }

    private static bool IsText(string name) => name is "lc" or "uc" or "lcfirst" or "ucfirst" or "length" or "join" or "sprintf" or "ord" or "chr";

    private static PerlValue Octal(string text)
    {
        var digits = text.StartsWith("0o", StringComparison.Ordinal) ? text[2..] : text;
        return digits.Length is > 0 and < 20 && !digits.AsSpan().ContainsAnyExceptInRange('0', '7')
            ? new PerlValue.Number(Convert.ToInt64(digits, 8))
            : Unknown($"\"{Short(text)}\" is no octal number");
    }

    private static string Ascii(string text)
    {
        var at = text.LastIndexOf('@') + 1;
        var dot = at < text.Length && text[at] == '.' ? 1 : 0;
        return text[..(at + dot)] + DomainNames.Normalize(text[(at + dot)..]);
    }

    private PerlValue TemplateText(string path)
    {
        if (ImportFile.Read(path, out var reason) is not { } text)
            return Unknown($"{path} {reason}");
        _statement.Note($"{path} was read, and its text put in");
        return text.Length > ImportLimits.TextLength ? TooLong : new PerlValue.Text(text);
    }

    private static PerlValue Joined(string separator, List<PerlValue> parts)
    {
        var joined = new StringBuilder();
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Printed is not { } part)
                return Unknown("a reference can't be put into a text");
            joined.Append(i == 0 ? "" : separator).Append(part);
            if (joined.Length > ImportLimits.TextLength)
                return TooLong;
        }
        return new PerlValue.Text(joined.ToString());
    }

    /// <summary><c>%s %d %i %x %o %%</c> without widths.</summary>
    private static PerlValue Formatted(string format, List<PerlValue> arguments)
    {
        var (text, next) = (new StringBuilder(), 1);
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }
            var kind = format[++i];
            if (kind == '%')
            {
                text.Append('%');
                continue;
            }
            var value = next < arguments.Count ? arguments[next++] : PerlValue.Undef;
            var whole = (long)Math.Clamp(value.AsNumber ?? 0, long.MinValue / 2, long.MaxValue / 2);
            var printed = kind switch
            {
                's' => value.Printed,
                'd' or 'i' => whole.ToString(CultureInfo.InvariantCulture),
                'x' => whole.ToString("x", CultureInfo.InvariantCulture),
                'o' => Convert.ToString(whole, 8),
                _ => null,
            };
            if (printed is null)
                return Unknown($"%{kind} in sprintf is not evaluated");
            text.Append(printed);
            if (text.Length > ImportLimits.TextLength)
                return TooLong;
        }
        return new PerlValue.Text(text.ToString());
    }

    /// <summary><c>pack('H*', ...)</c> of text, and numbers in network order.</summary>
    private static PerlValue Packed(string format, List<PerlValue> arguments)
    {
        var value = arguments.Count > 1 ? arguments[1] : PerlValue.Undef;
        if (format == "N" && value.AsNumber is { } number && number is >= 0 and <= uint.MaxValue)
            return new PerlValue.Text(string.Concat(BitConverter.GetBytes((uint)number).Reverse().Select(b => (char)b)));
        if (format == "n" && value.AsNumber is { } small && small is >= 0 and <= ushort.MaxValue)
            return new PerlValue.Text(string.Concat(BitConverter.GetBytes((ushort)small).Reverse().Select(b => (char)b)));
        if (format == "H*" && value.Printed is { } hex && hex.Length % 2 == 0 && hex.All(char.IsAsciiHexDigit))
            return new PerlValue.Text(Encoding.Latin1.GetString(Convert.FromHexString(hex)));
        return Unknown($"pack(\"{Short(format)}\", …) is not evaluated");
    }
}
