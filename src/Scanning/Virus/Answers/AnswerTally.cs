using System.Text.RegularExpressions;
using Amavis.Core.Policy;

namespace Amavis.Scanning.Virus.Answers;

/// <summary>Sums up the answers one scanner gives to several calls: one finding counts, and one call without a verdict is a failure.</summary>
internal sealed class AnswerTally(AnswerRules rules)
{
    private const int MaxNames = 100;
    private const int MaxNameChars = 255;

    /// <summary>Characters of an answer that are shown when it is not understood.</summary>
    private const int ShownChars = 200;

    private readonly List<string> _names = [];
    private bool _infected;
    private bool _inconclusive;
    private string? _failure;

    /// <summary>Names found so far.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Whether a further call makes sense: not after one without a verdict.</summary>
    public bool GoesOn => _failure is null;

    /// <summary>Takes the answer to one call.</summary>
    /// <param name="text">With LF line ends.</param>
    /// <param name="isCut">There was more of it than is read.</param>
    /// <param name="status">Exit status of a program; null for a daemon.</param>
    public void Add(string text, bool isCut, int? status)
    {
        try
        {
            if (Matches(rules.Infected, text, status))
                TakeNames(text);
            else if (isCut && (rules.Infected?.Pattern is not null || rules.Clean?.Pattern is not null))
                // What was not read may have said something else.
                Fail("its answer is too long");
            else if (rules.Clean is null)
                _inconclusive = true;
            else if (!Matches(rules.Clean, text, status))
                Fail(NotUnderstood(text, status));
        }
        catch (RegexMatchTimeoutException)
        {
            Fail("the patterns take too long over its answer");
        }
    }

    /// <summary>A call that ended without an answer.</summary>
    public void Fail(string reason) => _failure ??= reason;

    public ScanOutcome Outcome() => this switch
    {
        { _infected: true } => new ScanOutcome.Infected(_names.Count > 0 ? _names : [""]),
        { _failure: { } reason } => new ScanOutcome.Failed(reason),
        { _inconclusive: true } => ScanOutcome.Inconclusive.Instance,
        _ => ScanOutcome.Clean.Instance,
    };

    private static bool Matches(AnswerTest? test, string text, int? status) => test switch
    {
        null => false,
        { Pattern: { } pattern } => pattern.IsMatch(text),
        _ => status is { } number && test.Statuses.Contains(number),
    };

    private void TakeNames(string text)
    {
        _infected = true;
        if (rules.VirusName is null)
            return;
        foreach (Match match in rules.VirusName.Matches(text))
            for (var i = 1; i < match.Groups.Count && _names.Count < MaxNames; i++)
                if (match.Groups[i] is { Success: true, Value.Length: > 0 } group && Printable(group.Value) is var name && !_names.Contains(name))
                    _names.Add(name);
    }

    private static string NotUnderstood(string text, int? status)
    {
        var shown = Printable(text.Trim());
        shown = shown.Length > ShownChars ? shown[..ShownChars] + "..." : shown;
        return status is { } number ? $"it ended with {number}: {shown}" : "its answer is not understood: " + shown;
    }

    private static string Printable(string text)
    {
        var plain = text.Trim();
        return string.Create(Math.Min(plain.Length, MaxNameChars), plain, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
                target[i] = char.IsControl(source[i]) ? '?' : source[i];
        });
    }
}
