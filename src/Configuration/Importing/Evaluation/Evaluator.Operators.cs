using System.Globalization;
using System.Text;
using Amavis.Configuration.Importing.Syntax;

namespace Amavis.Configuration.Importing.Evaluation;

/// <summary>Operators, names and commands.</summary>
internal sealed partial class Evaluator
{
    private static readonly Dictionary<string, double> Constants = new()
    {
        ["D_TEMPFAIL"] = -4,
        ["D_REJECT"] = -3,
        ["D_BOUNCE"] = -2,
        ["D_DISCARD"] = 0,
        ["D_PASS"] = 1,
        ["CC_CATCHALL"] = 0,
        ["CC_CLEAN"] = 1,
        ["CC_MTA"] = 2,
        ["CC_OVERSIZED"] = 3,
        ["CC_BADH"] = 4,
        ["CC_SPAMMY"] = 5,
        ["CC_SPAM"] = 6,
        ["CC_UNCHECKED"] = 7,
        ["CC_BANNED"] = 8,
        ["CC_VIRUS"] = 9,
    };

    private static PerlValue WordValue(string name)
    {
        var plain = name[(name.LastIndexOf(':') + 1)..];
        if (Constants.TryGetValue(plain, out var value))
            return new PerlValue.Number(value, null, plain);
        if (plain is "undef")
            return PerlValue.Undef;
        return new PerlValue.Unknown($"the word \"{name}\" is no constant; a text stands in quotes");
    }

    private PerlValue ChainValue(Expression.Chain chain)
    {
        var value = Scalar(chain.First);
        StringBuilder? joined = null;
        foreach (var (name, operand) in chain.Rest)
        {
            if (name == ".")
            {
                // Long concatenations are put together in one go.
                var part = Scalar(operand);
                joined ??= value.Printed is { } first ? new StringBuilder(first) : null;
                if (joined is null || part.Printed is not { } text)
                    return value is PerlValue.Unknown ? value : part is PerlValue.Unknown ? part : new PerlValue.Unknown("a reference can't be put into a text");
                joined.Append(text);
                if (joined.Length > ImportLimits.TextLength)
                    return TooLong;
                continue;
            }
            if (joined is not null)
                (value, joined) = (new PerlValue.Text(joined.ToString()), null);
            value = name switch
            {
                "||" or "or" => value.Truth switch { true => value, false => Scalar(operand), null => value },
                "&&" or "and" => value.Truth switch { true => Scalar(operand), false => value, null => value },
                "//" => value.IsUndefined ? Scalar(operand) : value,
                _ => Combine(name, value, Scalar(operand)),
            };
        }
        return joined is null ? value : new PerlValue.Text(joined.ToString());
    }

    private static PerlValue Combine(string name, PerlValue left, PerlValue right)
    {
        if (left is PerlValue.Unknown)
            return left;
        if (right is PerlValue.Unknown)
            return right;
        return name switch
        {
            "." => left.Printed is { } l && right.Printed is { } r
                ? l.Length + r.Length > ImportLimits.TextLength ? TooLong : new PerlValue.Text(l + r)
                : new PerlValue.Unknown("a reference can't be put into a text"),
            "eq" or "ne" or "lt" or "gt" or "le" or "ge" or "cmp" => CompareTexts(name, left.Printed, right.Printed),
            "x" => Repeated(left.Printed, right.AsNumber),
            "=~" or "!~" => new PerlValue.Unknown("matching is not evaluated"),
            _ => Calculate(name, left.AsNumber, right.AsNumber),
        };
    }

    private static PerlValue CompareTexts(string name, string? left, string? right)
    {
        if (left is null || right is null)
            return new PerlValue.Unknown("references are not compared");
        var order = Math.Sign(string.CompareOrdinal(left, right));
        return name switch
        {
            "eq" => Bool(order == 0),
            "ne" => Bool(order != 0),
            "lt" => Bool(order < 0),
            "gt" => Bool(order > 0),
            "le" => Bool(order <= 0),
            "ge" => Bool(order >= 0),
            _ => new PerlValue.Number(order),
        };
    }

    private static PerlValue Bool(bool truth) => truth ? new PerlValue.Number(1, "1") : new PerlValue.Text("");

    private static PerlValue Repeated(string? text, double? times)
    {
        if (text is null || times is null)
            return new PerlValue.Unknown("a reference can't be repeated");
        var count = Math.Max(0, Math.Truncate(times.Value));
        if (count * text.Length > ImportLimits.TextLength)
            return TooLong;
        return new PerlValue.Text(text.Length == 0 ? "" : string.Concat(Enumerable.Repeat(text, (int)count)));
    }

    private static PerlValue Calculate(string name, double? left, double? right)
    {
        if (left is not { } l || right is not { } r)
            return new PerlValue.Unknown("references are no numbers");
        if (name is "/" or "%" && Math.Truncate(r) == 0 && (name == "%" || r == 0))
            return new PerlValue.Unknown("a division by zero");
        double? result = name switch
        {
            "+" => l + r,
            "-" => l - r,
            "*" => l * r,
            "/" => l / r,
            "%" => Modulo(Math.Truncate(l), Math.Truncate(r)),
            "**" => Math.Pow(l, r),
            "<<" => Math.Truncate(l) * Math.Pow(2, Math.Truncate(r)),
            ">>" => Math.Floor(Math.Truncate(l) / Math.Pow(2, Math.Truncate(r))),
            "|" => Bits(l) | Bits(r),
            "&" => Bits(l) & Bits(r),
            _ => null,
        };
        if (result is { } number)
            return double.IsFinite(number) ? new PerlValue.Number(number) : new PerlValue.Unknown("a number is too large");
        return name switch
        {
            "==" => Bool(l == r),
            "!=" => Bool(l != r),
            "<" => Bool(l < r),
            ">" => Bool(l > r),
            "<=" => Bool(l <= r),
            ">=" => Bool(l >= r),
            "<=>" => new PerlValue.Number(l.CompareTo(r)),
            _ => new PerlValue.Unknown($"the operator {name} is not evaluated"),
        };
    }

    /// <summary>The sign is that of the right side.</summary>
    private static double Modulo(double left, double right)
    {
        var rest = left % right;
        return rest != 0 && rest < 0 != right < 0 ? rest + right : rest;
    }

    private static long Bits(double number) => Math.Abs(number) < 1L << 53 ? (long)number : 0;

    private PerlValue UnaryValue(Expression.Unary unary)
    {
        var value = Scalar(unary.Operand);
        if (value is PerlValue.Unknown)
            return value;
        switch (unary.Operator)
        {
            case '!':
                return Bool(value.Truth == false);
            case '?':
                return Bool(value.Truth == true);
            case '+':
                return value;
            case '-' when value is PerlValue.Text { Value: [var first, ..] text } && Cursor.IsWordStart(first):
                return new PerlValue.Text("-" + text);
            case '-' when value is PerlValue.Number { Literal: { } literal } number:
                return new PerlValue.Number(-number.Value, literal.StartsWith('-') ? literal[1..] : "-" + literal);
            case '-' when value.AsNumber is { } number:
                return new PerlValue.Number(-number);
            default:
                return new PerlValue.Unknown($"the operator {unary.Operator} is not evaluated here");
        }
    }

    private PerlValue FileTestValue(Expression.FileTest test)
    {
        var name = Scalar(test.File);
        if (name.Printed is not { } path || name is PerlValue.Unknown)
            return name is PerlValue.Unknown ? name : new PerlValue.Unknown("a test of a file without a name");
        var (file, directory) = (File.Exists(path), Directory.Exists(path));
        _statement.Note($"decided by the files of this machine: {path} {(file || directory ? "exists" : "does not exist")}");
        return test.Kind switch
        {
            'e' or 'r' => Bool(file || directory),
            'f' => Bool(file),
            'd' => Bool(directory),
            's' => Bool(directory || (file && new FileInfo(path).Length > 0)),
            _ => new PerlValue.Unknown($"the file test -{test.Kind} is not evaluated"),
        };
    }

    /// <summary>The few commands that tell a name; others, and files unless that was allowed, are left alone.</summary>
    private PerlValue CommandValue(string line)
    {
        var words = line.Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length > 0)
            words[0] = words[0] is ['/', ..] ? Path.GetFileName(words[0]) : words[0];
        switch (words)
        {
            case ["hostname"] or ["hostname", "--fqdn" or "-f"] or ["uname", "-n"]:
                _statement.Note($"the name of this host, \"{options.HostName}\", stands for what `{line.Trim()}` prints");
                return new PerlValue.Text(options.HostName + "\n");
            case ["head", "-n", "1", var file]:
                return FileText(file, line, firstLine: true);
            case ["head", "-1" or "-n1", var file]:
                return FileText(file, line, firstLine: true);
            case ["cat", var file]:
                return FileText(file, line, firstLine: false);
            default:
                return new PerlValue.Unknown($"commands are never run: `{Short(line)}`");
        }
    }

    private static string Short(string line)
    {
        var plain = string.Concat(line.Trim().Select(c => char.IsControl(c) ? ' ' : c));
        return plain.Length > 80 ? plain[..80] + "…" : plain;
    }

    private static readonly System.Buffers.SearchValues<char> ShellCharacters = System.Buffers.SearchValues.Create("$*?[]{}|&;<>()`'\"\\");

    private PerlValue FileText(string file, string line, bool firstLine)
    {
        if (file[0] != '/' || file.AsSpan().ContainsAny(ShellCharacters))
            return new PerlValue.Unknown($"commands are never run: `{Short(line)}`");
        if (!options.ReadNamedFiles)
            return new PerlValue.Unknown($"commands are never run: `{Short(line)}`; give the value with --set NAME=VALUE, or allow with --read-files that {file} is read");
        if (ImportFile.Read(file, out var reason) is not { } text)
            return new PerlValue.Unknown($"{file} {reason}");
        _statement.Note($"{file} was read for `{Short(line)}`");
        var end = firstLine ? text.IndexOf('\n') : -1;
        return new PerlValue.Text(end < 0 ? text : text[..(end + 1)]);
    }
}
