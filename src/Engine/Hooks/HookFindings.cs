using Amavis.Core.Categories;
using Amavis.Core.Explaining;
using Amavis.Engine.Delivery;
using Amavis.Engine.Verdicts;
using Amavis.Mime.Editing;

namespace Amavis.Engine.Hooks;

/// <summary>What the checks found. Recipients are numbered from 0, in the order of the envelope.</summary>
public sealed class HookFindings
{
    private readonly List<TestScore>?[] _tests;
    private readonly List<CategoryKey>?[] _categories;
    private readonly List<AddedField> _fields = [];

    internal HookFindings(Findings findings, IReadOnlyList<RecipientPolicy> recipients)
    {
        Findings = findings;
        Recipients = recipients;
        _tests = new List<TestScore>?[recipients.Count];
        _categories = new List<CategoryKey>?[recipients.Count];
    }

    public Findings Findings { get; }

    /// <summary>What the settings say for each recipient.</summary>
    public IReadOnlyList<RecipientPolicy> Recipients { get; }

    /// <summary>Adds points for one recipient, shown as a test of that name.</summary>
    /// <param name="test">Letters, digits, dots and underlines; other characters become underlines.</param>
    public void AddScore(int recipient, string test, double points)
    {
        ArgumentNullException.ThrowIfNull(test);
        if (!double.IsFinite(points))
            throw new ArgumentOutOfRangeException(nameof(points), points, "a number that can be added");
        var name = new string([.. test.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '_')]);
        (_tests[recipient] ??= []).Add(new TestScore(name, points, "hook"));
    }

    /// <summary>Adds a category; whether it blocks is for the settings to say.</summary>
    public void AddCategory(int recipient, CategoryKey category) => (_categories[recipient] ??= []).Add(category);

    /// <summary>A field for the copies of local recipients, if <c>allowed_added_header_fields</c> has its name.</summary>
    public void AddField(string name, string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        _fields.Add(FieldWriter.IsName(name) ? new AddedField(name, body) : throw new ArgumentException("not a header field name", nameof(name)));
    }

    internal Findings Result()
    {
        if (_fields.Count == 0 && Array.TrueForAll(_tests, t => t is null) && Array.TrueForAll(_categories, c => c is null))
            return Findings;
        return Findings with
        {
            Spam = [.. _tests.Select((tests, i) => Scored(Findings.Spam.ElementAtOrDefault(i), tests))],
            AddedCategories = [.. _categories.Select((added, i) => (IReadOnlyList<CategoryKey>)[.. Findings.AddedCategories.ElementAtOrDefault(i) ?? [], .. added ?? []])],
            Supplied = [.. Findings.Supplied, .. _fields],
        };
    }

    private static SpamFinding? Scored(SpamFinding? found, List<TestScore>? tests)
    {
        if (tests is null)
            return found;
        var points = tests.Sum(t => t.Points);
        return found is null ? new SpamFinding(points, tests, null, null) : found with { Score = found.Score + points, Tests = [.. found.Tests, .. tests] };
    }
}
