using System.Diagnostics;
using Amavis.Testing;

namespace Amavis.Snmp.Tests;

public sealed class MibModuleTests
{
    private static readonly string Shipped = Path.Combine(Samples.Root, "config", "AMAVIS-MIB.txt");

    /// <summary>The part of the standard modules that ours refers to: they are not free enough for every distribution.</summary>
    private const string Base = """
        SNMPv2-SMI DEFINITIONS ::= BEGIN
        org OBJECT IDENTIFIER ::= { iso 3 }
        dod OBJECT IDENTIFIER ::= { org 6 }
        internet OBJECT IDENTIFIER ::= { dod 1 }
        private OBJECT IDENTIFIER ::= { internet 4 }
        enterprises OBJECT IDENTIFIER ::= { private 1 }
        END
        """;

    private const string Conventions = """
        SNMPv2-TC DEFINITIONS ::= BEGIN
        DisplayString ::= TEXTUAL-CONVENTION
            DISPLAY-HINT "255a"
            STATUS current
            DESCRIPTION "A text."
            SYNTAX OCTET STRING (SIZE (0..255))
        TimeInterval ::= TEXTUAL-CONVENTION
            STATUS current
            DESCRIPTION "Hundredths of a second."
            SYNTAX INTEGER (0..2147483647)
        END
        """;

    [Fact]
    public void The_module_has_exactly_the_objects_that_are_served()
    {
        var expected = MibModuleText.Of(TestMib.WithQueues);
        var actual = File.Exists(Shipped) ? File.ReadAllText(Shipped) : "";
        if (actual != expected)
            File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "AMAVIS-MIB.txt"), expected);
        (actual == expected).ShouldBeTrue($"the module as it should be lies in {AppContext.BaseDirectory}");
    }

    [Fact]
    [Trait("Needs", "Server")]
    public async Task The_module_gives_every_object_its_number()
    {
        using var directory = new TestDirectory();
        await File.WriteAllTextAsync(directory.FilePath("SNMPv2-SMI.txt"), Base);
        await File.WriteAllTextAsync(directory.FilePath("SNMPv2-TC.txt"), Conventions);
        File.Copy(Shipped, directory.FilePath("AMAVIS-MIB.txt"));
        var objects = TestMib.WithQueues.Objects;
        var start = new ProcessStartInfo("snmptranslate",
            ["-M", directory.Path, "-m", "AMAVIS-MIB", "-On", .. objects.Select(o => $"AMAVIS-MIB::{o.Name}.0")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        (await error).ShouldBe("");
        string.Join('\n', output.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ShouldBe(string.Join('\n', objects.Select(o => "." + o.Instance)));
    }
}
