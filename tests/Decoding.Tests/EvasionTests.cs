using Amavis.Testing;
using Amavis.Testing.Evasion;
using Xunit.Abstractions;

namespace Amavis.Decoding.Tests;

/// <summary>
/// The EICAR test file and the name of a program, hidden in the ways that are known to get past filters; and ordinary mail, in
/// which nothing is hidden. What is found counts for the scanners and the banned rules.
/// </summary>
public class EvasionTests(ITestOutputHelper output)
{
    /// <summary>Folders of the public collection with mail that people and mail systems wrote without ill will.</summary>
    private static readonly string[] Ordinary = ["spamassassin/nice", "spamassassin/dkim", "spamassassin/welcomelists", "mailauth/eml", "sisimai-bounces/bsd", "sisimai-bounces/not", "enmime/dsn"];

    [Theory]
    [InlineData("boundary")]
    [InlineData("header end")]
    [InlineData("encoding declared")]
    [InlineData("base64")]
    [InlineData("quoted-printable")]
    [InlineData("encoding of containers")]
    [InlineData("charset")]
    public void Hidden_files_are_shown_to_the_scanners_as_they_are(string kind)
    {
        var cases = EvasionCase.AllFiles.Where(c => c.Class == kind).ToList();
        var missed = cases.Where(c => !IsFound(c)).ToList();

        output.WriteLine($"{kind}: {cases.Count} messages, {cases.Count - missed.Count} found");
        cases.ShouldNotBeEmpty();
        missed.ShouldBeEmpty();
    }

    [Fact]
    public void Hidden_file_names_are_seen_by_the_banned_rules()
    {
        var cases = FileNameTricks.Cases.ToList();
        var missed = cases.Where(c => !IsNameSeen(c)).ToList();

        output.WriteLine($"{cases.Count} messages, {cases.Count - missed.Count} names seen");
        missed.ShouldBeEmpty();
    }

    [Fact]
    public void Ordinary_mail_is_not_called_ambiguous()
    {
        var count = 0;
        var flagged = new List<string>();
        foreach (var file in Ordinary.SelectMany(folder => Samples.Files(folder)).Where(f => Path.GetExtension(f) is not (".txt" or ".md" or ".json" or ".pem")))
        {
            count++;
            using var unpacked = Mails.Unpack(Octets.Crlf(Octets.Text(File.ReadAllBytes(file))));
            if (unpacked.Tree.AnyAmbiguous)
                flagged.Add(file);
        }

        output.WriteLine($"{count} messages, {flagged.Count} flagged");
        flagged.ShouldBeEmpty();
    }

    private static bool IsFound(EvasionCase one)
    {
        using var unpacked = Mails.Unpack(one.Octets);
        return unpacked.Tree.Parts.Concat(unpacked.Tree.Hidden)
            .Any(part => part.Content is not null && Unpacked.Read(part).AsSpan().StartsWith(TestVirus.Eicar));
    }

    /// <summary>Ends as the usual rules for programs want it.</summary>
    private static bool IsNameSeen(EvasionCase one)
    {
        using var unpacked = Mails.Unpack(one.Octets);
        return unpacked.Tree.Parts.Any(part => part.Names.Any(name => name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase)));
    }
}
