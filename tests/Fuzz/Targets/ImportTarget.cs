using Amavis.Configuration.Importing.Syntax;

namespace Amavis.Fuzz.Targets;

/// <summary>Files of the original, which are in Perl.</summary>
internal sealed class ImportTarget : FuzzTarget
{
    public override string Name => "import";

    public override IReadOnlyList<string> Words { get; } =
        ["$x = ", "@y = (", "%z = (", "qw(", "qr'", "=> ", "<<'EOT';\n", "\nEOT\n", "\\&f", "sub {", "}", "if (", "?", "unless ", "read_hash(\"", "new_RE(", "__END__\n", "=pod\n", "\n=cut\n", "# ", "\"$x@{[ ]}\"", "1;\n"];

    public override IEnumerable<byte[]> Seeds() => Inputs.Folder("amavisd-conf").DefaultIfEmpty(Inputs.Octets("$mydomain = 'example.com';\n1;\n"));

    public override void Check(byte[] input, Random random) => PerlParser.Parse(new PerlSource("fuzz.conf", Inputs.Text(input)));
}
