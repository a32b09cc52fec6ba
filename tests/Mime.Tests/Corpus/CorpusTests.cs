using System.Text;
using Amavis.Core.Addresses;
using Amavis.Mime.Headers;
using Amavis.Mime.Structure;
using Amavis.Mime.Transfer;
using Amavis.Testing;

namespace Amavis.Mime.Tests.Corpus;

/// <summary>Properties that hold for every message of the collections.</summary>
public sealed class CorpusTests
{
    /// <summary>Messages up to this size are also read octet by octet.</summary>
    private const int SmallOctets = 20_000;

    public static TheoryData<string> Folders() => ["mime4j", "mimekit", "cpython", "enmime", "spamassassin", "sisimai-bounces", "mailauth", "."];

    [Theory]
    [MemberData(nameof(Folders))]
    public void P4_a_tree_does_not_depend_on_how_a_message_is_cut(string folder)
    {
        var random = new Random(1);
        foreach (var (file, message) in Messages(folder))
        {
            var whole = Outline(MimeReader.Read(message));
            Outline(Read(message, () => random.Next(1, 100))).ShouldBe(whole, file);
            Outline(Read(message, () => random.Next(1, 4097))).ShouldBe(whole, file);
            if (message.Length <= SmallOctets)
                Outline(Read(message, () => 1)).ShouldBe(whole, file);
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Ranges_lie_inside_each_other(string folder)
    {
        foreach (var (file, message) in Messages(folder))
            foreach (var options in MimeReader.Read(message).OtherReadings().Append(MimeReaderOptions.Default).Append(new MimeReaderOptions { OpenMessages = true }))
                CheckRanges(MimeReader.Read(message, options), message.Length, file);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Header_facts_and_bodies_can_be_read_from_any_message(string folder)
    {
        foreach (var (file, message) in Messages(folder))
        {
            var header = HeaderSection.Parse(message);
            header.Fields.Sum(f => f.Length).ShouldBe(header.Octets.Length, file);
            HeaderFacts.Collect(header, MailAddress.Null).IsAuto.ShouldBeTrue(file);
            foreach (var entity in MimeReader.Read(message).Entities.Where(e => e.IsLeaf))
                TransferDecoder.DecodeAll(entity.Encoding, message.AsSpan((int)entity.Body.Offset, (int)entity.Body.Length));
        }
    }

    [Fact]
    public void Good_mail_is_not_taken_for_ambiguous()
    {
        var comparison = new Comparison("spamassassin, sisimai-bounces", "good mail is not taken for ambiguous");
        foreach (var file in Samples.Files("spamassassin").Where(f => f.Contains("/nice/", StringComparison.Ordinal) || f.Contains("/welcomelists/", StringComparison.Ordinal))
            .Concat(Samples.Files("sisimai-bounces").Where(f => f.EndsWith(".eml", StringComparison.Ordinal))))
        {
            var tree = MimeReader.Read(File.ReadAllBytes(file));
            comparison.Add(Path.GetRelativePath(Samples.Corpus!, file), tree.IsAmbiguous ? string.Join(", ", tree.Defects) : null);
        }
        comparison.Finish();
    }

    private static void CheckRanges(MimeTree tree, long length, string file)
    {
        tree.DepthFirst().Count().ShouldBe(tree.Entities.Count, file);
        foreach (var entity in tree.Entities)
        {
            entity.Header.Offset.ShouldBeInRange(0, length, file);
            entity.Header.End.ShouldBeLessThanOrEqualTo(entity.Body.Offset, file);
            entity.Body.End.ShouldBeLessThanOrEqualTo(length, file);
            if (entity.Parent is not { } parent)
                continue;
            parent.Index.ShouldBeLessThan(entity.Index, file);
            entity.Header.Offset.ShouldBeGreaterThanOrEqualTo(parent.Body.Offset, file);
            entity.Body.End.ShouldBeLessThanOrEqualTo(parent.Body.End, file);
        }
        foreach (var (first, second) in tree.Entities.SelectMany(e => e.Children.Zip(e.Children.Skip(1))))
            first.Body.End.ShouldBeLessThanOrEqualTo(second.Header.Offset, file);
    }

    private static MimeTree Read(byte[] message, Func<int> next)
    {
        var reader = new MimeReader();
        for (var at = 0; at < message.Length;)
        {
            var length = Math.Min(next(), message.Length - at);
            reader.Write(message.AsSpan(at, length));
            at += length;
        }
        return reader.Finish();
    }

    private static string Outline(MimeTree tree)
    {
        var text = new StringBuilder();
        foreach (var e in tree.Entities)
            text.Append(e.Parent?.Index).Append(' ').Append(e.Header).Append(e.Body).Append(e.Preamble).Append(e.Epilogue).Append(e.MediaType)
                .Append(e.EffectiveType).Append(e.Encoding).AppendJoin(',', e.FileNames).Append(e.IsAmbiguous).Append('\n');
        return text.AppendJoin('\n', tree.Defects).ToString();
    }

    /// <summary>As they stand, with their LF, CRLF, CR or mixed line ends, and in the form a spool has.</summary>
    private static IEnumerable<(string File, byte[] Message)> Messages(string folder)
    {
        var files = folder == "." ? [Path.Combine(Samples.Root, "tests", "Mime.Tests", "Corpus", "oracle-differences.txt")] : Samples.Files(folder);
        foreach (var file in files)
        {
            var message = File.ReadAllBytes(file);
            if (message.Length > 2_000_000)
                continue;
            yield return (file, message);
            yield return (file, Octets.Crlf(Octets.Text(message).Replace("\r", "", StringComparison.Ordinal)));
        }
    }
}
