namespace Amavis.Configuration.Importing;

/// <summary>
/// Bounds of an import. Files to import may come from anywhere, so nothing in one may make the importer slow, deep or large; each
/// bound is far beyond what configurations in use need.
/// </summary>
internal static class ImportLimits
{
    /// <summary>Octets of a file: the longest known one has 200,000.</summary>
    public const int FileOctets = 4 << 20;

    /// <summary>Files of one import, those that are included among them.</summary>
    public const int Files = 1000;

    /// <summary>Files that include each other, as in the original.</summary>
    public const int IncludeDepth = 100;

    /// <summary>Brackets within brackets: bounds the stack.</summary>
    public const int Nesting = 100;

    /// <summary>Lists and maps within each other in a value; the YAML reader takes 64.</summary>
    public const int ValueDepth = 40;

    /// <summary>Statements of one file that can't be read, after which the rest is left alone: it is no configuration.</summary>
    public const int Faults = 200;

    /// <summary>Characters of one text: joining texts could double them with every statement.</summary>
    public const int TextLength = 1 << 20;

    /// <summary>Values made in all: loops and lists of lists could multiply them.</summary>
    public const int Values = 2_000_000;

    /// <summary>Refusals and notes of one statement, each.</summary>
    public const int Remarks = 500;

    /// <summary>Characters of a statement shown in the report.</summary>
    public const int ShownLength = 200;
}
