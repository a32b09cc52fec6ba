namespace Amavis.Decoding.Archives.Ole;

/// <summary>Sorts of entries of a compound document's directory (MS-CFB 2.6.1).</summary>
internal enum OleEntryType : byte
{
    Unused = 0,
    Storage = 1,
    Stream = 2,
    Root = 5,
}

/// <summary>An entry of a compound document's directory.</summary>
/// <param name="Name">As written.</param>
/// <param name="Type">What it stands for.</param>
/// <param name="Left">Index of a sibling; a number out of range: none.</param>
/// <param name="Right">Index of another sibling.</param>
/// <param name="Child">Index of the first entry below a storage.</param>
/// <param name="Start">First sector, of the small ones when the stream is short.</param>
/// <param name="Length">Octets, not more than the document has.</param>
internal sealed record OleEntry(string Name, OleEntryType Type, uint Left, uint Right, uint Child, uint Start, long Length);
