using System.Collections.Frozen;

namespace Amavis.Core.Policy;

/// <summary>One entry of <c>decoders</c>.</summary>
/// <param name="Types">Short types of content it takes.</param>
/// <param name="Decoder">One of <see cref="DecoderSettings.Names"/>.</param>
/// <param name="Programs">
/// Command lines to choose from, the first one installed is used. Null: it needs none. Empty: programs that were not defined, so that the
/// entry is passed over.
/// </param>
public sealed record DecoderEntry(IReadOnlyList<string> Types, string Decoder, IReadOnlyList<string>? Programs)
{
    public override string ToString() => $"[[{string.Join(", ", Types)}], {string.Join(", ", [Decoder, .. Programs ?? []])}]";
}

/// <summary>Which program unpacks which type.</summary>
public sealed record DecoderSettings
{
    public static readonly DecoderSettings Default = new();

    /// <summary>Decoders an entry may name, as in the original's table, and <c>built-in</c> for our own readers.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "built-in", "do_mime_decode", "do_ascii", "do_uncompress", "do_gunzip", "do_pax_cpio", "do_ar", "do_unrar", "do_unarj", "do_arc", "do_zoo",
        "do_lha", "do_ole", "do_cabextract", "do_tnef", "do_tnef_ext", "do_unzip", "do_7zip", "do_unstuff", "do_executable",
    ];

    /// <summary>In search order; null: the built-in table.</summary>
    public IReadOnlyList<DecoderEntry>? Entries { get; init; }

    /// <summary>Command lines given by a variable (<c>unrar</c>), by its name; an empty list: the variable is null, so the program is not used.</summary>
    public FrozenDictionary<string, IReadOnlyList<string>> Programs { get; init; } = FrozenDictionary<string, IReadOnlyList<string>>.Empty;

    public DecoderSettings WithPrograms(string variable, IReadOnlyList<string> commands) =>
        this with { Programs = new Dictionary<string, IReadOnlyList<string>>(Programs) { [variable] = commands }.ToFrozenDictionary() };
}
