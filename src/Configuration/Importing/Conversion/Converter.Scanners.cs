using Amavis.Configuration.Importing.Evaluation;
using Amavis.Configuration.Importing.Syntax;

namespace Amavis.Configuration.Importing.Conversion;

/// <summary>Virus and spam scanners.</summary>
internal sealed partial class Converter
{
    private static readonly string[] Prefixes = ["clamd", "sssp", "savapi", "sophie", "trophie", "smtp", "lmtp"];

    private YamlList VirusScannersOf(PerlArray array, SourcePosition position)
    {
        var list = new YamlList(position, _owner) { Closing = array.Closing };
        foreach (var item in array.Items)
            if (VirusScanner(item) is { } scanner)
                list.Items.Add(scanner);
        return WithOpening(list, array.Opening);
    }

    private YamlItem? VirusScanner(PerlItem item)
    {
        if (item.Value is PerlValue.Unknown unknown)
            return Refuse(item, unknown.Reason);
        if (item.Value is not PerlValue.ArrayLink { To: var entry } || entry.Items.Count < 2 || entry.Items[0].Value.Printed is not { Length: > 0 } name)
            return Refuse(item, "a virus scanner is [name, program or code, …]");
        var scanner = new YamlMap(PositionOf(item), StatementOf(item)) { IsRemovable = true, Closing = entry.Closing };
        scanner.Add("name", Scalar(entry.Items[0] with { Comments = CommentSet.None }, name, false));
        var asked = Followed(entry.Items[1]);
        var good = asked.Value switch
        {
            PerlValue.Routine routine => Daemon(routine.Name, name, entry, scanner),
            PerlValue.Text or PerlValue.ArrayLink => Program(asked, entry, scanner),
            PerlValue.Code or PerlValue.Lazy => Refuse(item, $"the scanner {name} is code and can't be taken over") is not null,
            PerlValue.Undefined => Refuse(item, $"the scanner {name} has no program") is not null,
            _ => Refuse(item, asked.Value is PerlValue.Unknown fault ? fault.Reason : $"the scanner {name} is not understood") is not null,
        };
        if (!good)
            return null;
        // Comments inside of the entry stand before it.
        var inner = entry.Items.Select(i => i.Comments).SelectMany(c => c.Leading.Concat(c.Trailing));
        scanner.Comments = CommentSet.Join(new CommentSet { Leading = [.. item.Comments.Leading, .. entry.Opening, .. inner] }, new CommentSet { Trailing = item.Comments.Trailing });
        return scanner;
    }

    /// <summary>A scanner that is asked over a socket.</summary>
    private bool Daemon(string routine, string name, PerlArray entry, YamlMap scanner)
    {
        var where = entry.Items[0];
        if (routine is not ("ask_daemon" or "ask_clamav" or "ask_av_smtp" or "ask_sssp" or "ask_savapi" or "ask_clamd"))
            return Refuse(where, $"the scanner {name} is asked by {routine}, which has no counterpart here") is not null;
        if (entry.Items.Count < 3 || Followed(entry.Items[2]).Value is not PerlValue.ArrayLink { To.Items: [var query, .. var sockets] })
            return Refuse(where, $"the scanner {name} needs [query, socket]") is not null;
        var addresses = sockets.Take(1).Select(Followed).SelectMany(s => s.Value is PerlValue.ArrayLink several ? several.To.Items.Select(Followed) : [s]).ToList();
        if (addresses.Count == 0 || addresses.Exists(a => a.Value.Printed is not { Length: > 0 }))
            return Refuse(where, $"the scanner {name} has no socket") is not null;
        if (Followed(query).Value.Printed is not { } question)
            return Refuse(where, $"the scanner {name} has no query") is not null;
        var protocol = Protocol(routine, name, question, addresses[0].Value.Printed!);
        if (protocol is null)
            return Refuse(where, $"the scanner {name} is a library of Perl; ask its daemon instead") is not null;
        scanner.Add("protocol", Scalar(where with { Comments = CommentSet.None }, protocol, true));
        var list = new YamlList(PositionOf(where), StatementOf(where));
        foreach (var address in addresses)
            list.Items.Add(Scalar(address with { Comments = CommentSet.None }, Address(address.Value.Printed!), false));
        scanner.Add("address", list.Items.Count == 1 ? list.Items[0] : list);
        if (protocol == "clamd")
            return true;
        if (protocol is "simple" or "sophie" or "trophie")
            scanner.Add("query", Scalar(where with { Comments = CommentSet.None }, question, false));
        // SAVAPI's product, the recipient for a mail server.
        else if (sockets.Count > 1 && Followed(sockets[1]) is { Value.Printed: { Length: > 0 } argument } third)
            scanner.Add("argument", Scalar(third with { Comments = CommentSet.None }, argument, false));
        return Answers(entry, scanner);
    }

    /// <summary>What is spoken with the scanner; null: it is no daemon.</summary>
    private static string? Protocol(string routine, string name, string query, string socket)
    {
        var prefix = socket.IndexOf(':') is > 0 and var at ? socket[..at] : "";
        if (Prefixes.Contains(prefix))
            return prefix;
        if (prefix.EndsWith("-perl", StringComparison.Ordinal))
            return null;
        if (routine is "ask_sssp" or "ask_savapi" or "ask_clamd")
            return routine[4..];
        var word = query.TrimStart('n', 'z').Split(' ', '\n', '\0')[0];
        var isClam = name.Contains("clam", StringComparison.OrdinalIgnoreCase) || socket.Contains("clam", StringComparison.OrdinalIgnoreCase);
        if (word is "CONTSCAN" or "MULTISCAN" or "ALLMATCHSCAN" or "INSTREAM" || (word == "SCAN" && isClam) || (query == "*" && isClam))
            return "clamd";
        if (query.StartsWith("{}", StringComparison.Ordinal))
            foreach (var kind in (string[])["sophie", "trophie"])
                if ((name + socket).Contains(kind, StringComparison.OrdinalIgnoreCase))
                    return kind;
        return routine == "ask_av_smtp" ? "smtp" : "simple";
    }

    private static string Address(string socket)
    {
        foreach (var prefix in Prefixes)
            if (socket.StartsWith(prefix + ":", StringComparison.Ordinal))
                socket = socket[(prefix.Length + 1)..];
        return socket.StartsWith('/') ? "unix:" + socket : socket;
    }

    /// <summary>A scanner that is a program.</summary>
    private bool Program(PerlItem program, PerlArray entry, YamlMap scanner)
    {
        if (Any(program with { Comments = CommentSet.None }) is not { } command)
            return false;
        ClearComments(command);
        scanner.Add("command", command is YamlList { Items: [var only] } ? only : command);
        if (entry.Items.Count > 2 && Followed(entry.Items[2]) is { Value: PerlValue.Text or PerlValue.Number } arguments)
        {
            var list = new YamlList(PositionOf(arguments), StatementOf(arguments));
            foreach (var word in arguments.Value.Printed!.Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries))
                list.Items.Add(Scalar(arguments with { Comments = CommentSet.None }, word, false));
            scanner.Add("arguments", list);
        }
        return Answers(entry, scanner) && Hooks(entry, scanner);
    }

    private static void ClearComments(YamlItem item)
    {
        item.Comments = CommentSet.None;
        foreach (var child in item.Children)
            ClearComments(child);
    }

    /// <summary>How a clean and an infected message are told, and the names of viruses.</summary>
    private bool Answers(PerlArray entry, YamlMap scanner)
    {
        foreach (var (key, index) in (ReadOnlySpan<(string, int)>)[("clean", 3), ("infected", 4), ("virus_name", 5)])
        {
            if (index >= entry.Items.Count)
                continue;
            var item = Followed(entry.Items[index]) with { Comments = CommentSet.None };
            switch (item.Value)
            {
                case PerlValue.Undefined:
                    break;
                case PerlValue.Pattern pattern:
                    // The loader matches line by line without the flag.
                    scanner.Add(key, Scalar(item, PatternText(pattern, without: "m"), false));
                    break;
                case PerlValue.ArrayLink statuses when index < 5:
                    var list = ListOf(statuses.To, PositionOf(item));
                    ClearComments(list);
                    scanner.Add(key, list);
                    break;
                case PerlValue.Unknown unknown:
                    return Refuse(item, unknown.Reason) is not null;
                default:
                    Refuse(item, $"\"{key}\" of a scanner is a pattern or a list of exit statuses; this one is left out");
                    break;
            }
        }
        return true;
    }

    /// <summary>Code before and after a run: a change of directory is known, other code is not.</summary>
    private bool Hooks(PerlArray entry, YamlMap scanner)
    {
        foreach (var item in entry.Items.Skip(6))
        {
            if (item.Value.IsUndefined)
                continue;
            var directory = item.Value is PerlValue.Code code ? CodeShapes.DirectoryOf(code.Source) : null;
            if (directory is null)
                Refuse(item, "code before or after a scanner's run can't be taken over; the scanner is taken over without it");
            else if (!directory.StartsWith('$') && !scanner.Entries.Exists(e => e.Key == "directory"))
                scanner.Add("directory", Scalar(item with { Comments = CommentSet.None }, directory[1..^1], false));
        }
        return true;
    }

    private YamlList SpamScannersOf(PerlArray array, SourcePosition position)
    {
        var list = new YamlList(position, _owner) { Closing = array.Closing };
        foreach (var item in array.Items)
            if (SpamScanner(item) is { } scanner)
                list.Items.Add(scanner);
        return WithOpening(list, array.Opening);
    }

    private YamlItem? SpamScanner(PerlItem item)
    {
        if (item.Value is not PerlValue.ArrayLink { To: var entry } || entry.Items.Count < 2 || entry.Items[0].Value.Printed is not { Length: > 0 } name || entry.Items[1].Value.Printed is not { } module)
            return Refuse(item, item.Value is PerlValue.Unknown unknown ? unknown.Reason : "a spam scanner is [name, module, …]");
        var kind = module[(module.LastIndexOf(':') + 1)..];
        var (protocol, address) = kind switch
        {
            "SpamAssassin" or "SpamdClient" => ("spamd", "127.0.0.1:783"),
            "RspamdClient" => ("rspamd", "http://127.0.0.1:11333"),
            _ => ("", ""),
        };
        var scanner = new YamlMap(PositionOf(item), StatementOf(item)) { IsRemovable = true, Comments = item.Comments, Closing = entry.Closing };
        var plain = item with { Comments = CommentSet.None };
        scanner.Add("name", Scalar(plain, name, false));
        var options = 2;
        if (kind == "ExtProg")
        {
            if (entry.Items.Count < 3 || Any(Followed(entry.Items[2]) with { Comments = CommentSet.None }) is not { } command)
                return Refuse(item, $"the spam scanner {name} has no program");
            ClearComments(command);
            scanner.Add("command", command);
            if (entry.Items.Count > 3 && Followed(entry.Items[3]) is { Value: PerlValue.ArrayLink arguments } given)
                scanner.Add("arguments", ListOf(arguments.To, PositionOf(given)));
            options = 4;
        }
        else if (protocol.Length == 0)
            return Refuse(item, $"the spam scanner {name} ({module}) has no counterpart here");
        else
        {
            scanner.Add("protocol", Scalar(plain, protocol, true));
            AddAddress();
        }
        for (var i = options; i + 1 < entry.Items.Count; i += 2)
        {
            var option = entry.Items[i].Value.Printed ?? "";
            var value = Followed(entry.Items[i + 1]) with { Comments = CommentSet.None };
            if (option is "score_factor" or "mail_body_size_limit" or "timeout" && NumberOf(value) is { } number)
                scanner.Add(option, number);
            else if (option == "mta_name" && value.Value.Printed is { Length: > 0 } text)
                scanner.Add(option, Scalar(value, text, false));
            else if (option != "url")
                StatementOf(item).Note($"the option {option} of the spam scanner {name} has no meaning here");
        }
        return scanner;

        void AddAddress()
        {
            for (var i = 2; i + 1 < entry.Items.Count; i += 2)
                if (entry.Items[i].Value.Printed == "url" && Followed(entry.Items[i + 1]).Value.Printed is { Length: > 0 } url)
                    address = url;
            StatementOf(item).Note($"the spam scanner {name} is asked at {address}; change the address where it listens elsewhere");
            scanner.Add("address", Scalar(plain, address, false));
        }
    }
}
