using System.Diagnostics;
using Amavis.Testing;

namespace Amavis.Decoding.Tests.Hidden;

public class NestedTests
{
    /// <summary>Pieces of encoded messages one in the other, found by fuzzing: what is found in what is found has an end.</summary>
    [Theory]
    [InlineData("cb54f537da2f3769.bin", 10)]
    [InlineData("1334d25fefead4e0.bin", 10)]
    public void Messages_in_messages_are_looked_at_in_proportion_to_the_mail(string name, int times)
    {
        var one = File.ReadAllBytes(Path.Combine(Samples.Root, "tests", "Fuzz", "cases", "mail-parts", name));
        var clock = Stopwatch.StartNew();
        using var unpacked = Mails.Unpack([.. Enumerable.Repeat(one, times).SelectMany(o => o)]);
        unpacked.Tree.Parts.Count.ShouldBeGreaterThan(0);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }
}
