using System.Globalization;
using Amavis.Core.Explaining.Policies;
using Amavis.Core.Logging;

namespace Amavis.Cli.Explain;

/// <summary>The policy of an address for people: value, then where it stands.</summary>
internal sealed class ExplainText(TextWriter output)
{
    private const int NameColumns = 48;
    private const int ValueColumns = 22;

    public void Write(PolicyExplanation told)
    {
        output.WriteLine($"Policy of {told.Question.Recipient.Bracketed}");
        if (told.Question.Sender is { } sender)
            output.WriteLine($"  for mail from {sender.Bracketed}");
        output.WriteLine($"  client {told.Question.Client?.ToString() ?? "not known"}");
        output.WriteLine($"  banks  {(told.BankPath.Length == 0 ? "none" : told.BankPath)}");
        foreach (var bank in told.Banks)
            output.WriteLine($"    {bank.Name}: {bank.Why}{(bank.Variables.Count == 0 ? "" : "; sets " + string.Join(", ", bank.Variables))}");
        foreach (var unknown in told.UnknownBanks)
            output.WriteLine($"    {LogText.Sanitize(unknown)}: there is no such bank");
        output.WriteLine($"  looked up as {LogText.Sanitize(string.Join(", ", told.Keys))}");
        foreach (var record in told.Records)
            output.WriteLine("  found " + LogText.Sanitize(record));
        foreach (var group in told.Fields.GroupBy(f => f.Subject.Group))
        {
            Heading(group.Key.Title());
            foreach (var field in group)
                Line(field.Subject.Variable, field.Value ?? field.Subject.Absent, field.Source);
        }
        Heading("What becomes of mail");
        foreach (var category in told.Categories)
            Write(category);
        if (told.Senders is not { } lists)
            return;
        Heading("The sender");
        Line("listed", lists.Whitelisted ? "whitelisted" : lists.Blacklisted ? "blacklisted" : "not listed", string.Join("; ", lists.Sources.Select(s => $"{s.Field} = {s.Value}: {s.Source}")));
        Line("points of soft lists", lists.Points.ToString("0.###", CultureInfo.InvariantCulture), "");
    }

    private void Write(ExplainedCategory category)
    {
        Line(category.Category, category.Destiny.Text + (category.IsWanted ? ", but wanted: passes" : ""), category.Destiny.Source);
        Line("", "quarantine: " + (category.Quarantine.Text ?? "none"), category.Quarantine.Source);
        if (category.Forward.Text is { } next)
            Line("", "next hop: " + next, category.Forward.Source);
    }

    private void Heading(string text)
    {
        output.WriteLine();
        output.WriteLine(text);
    }

    private void Line(string name, string value, string source) =>
        output.WriteLine($"  {name.PadRight(NameColumns)} {LogText.Sanitize(value).PadRight(ValueColumns)}{(source.Length == 0 ? "" : "  # " + LogText.Sanitize(source))}".TrimEnd());
}
