using Amavis.Mime.Charsets;
using Amavis.Mime.Headers;

namespace Amavis.Mime.Editing;

/// <summary>Puts a tag before the subject.</summary>
public static class SubjectTag
{
    /// <summary>Shorter tags are not looked for in the old subject.</summary>
    private const int MinRemoved = 3;

    /// <summary>
    /// Adds to the edits: every Subject field gets the tag in front; other copies of it go. Without such a field one is added,
    /// the tag without blanks at its end.
    /// </summary>
    /// <returns>False when the tag is empty, so that nothing was done.</returns>
    public static bool Apply(HeaderEdits edits, HeaderSection original, string tag)
    {
        ArgumentNullException.ThrowIfNull(edits);
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(tag);
        if (tag.Length == 0)
            return false;
        if (original.Contains("Subject"))
            edits.Edit("Subject", field => FieldEdit.Replace(Tagged(field, tag)));
        else
            edits.Add("Subject", tag.TrimEnd());
        return true;
    }

    /// <summary>
    /// The new body. A plain ASCII subject stays as it is apart from its folding; encoded words are decoded, so that the whole
    /// is encoded anew, unless their charset is not known: then they stay as well.
    /// </summary>
    public static string Tagged(HeaderField subject, string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        var octets = subject.UnfoldedOctets();
        var isPlain = System.Text.Ascii.IsValid(octets) && !EncodedWords.MayOccur(octets);
        var old = isPlain || !EncodedWords.AllDecodable(octets) ? subject.Unfolded() : subject.Decoded();
        var copy = tag.Trim();
        if (copy.Length >= MinRemoved)
            old = Without(old, tag, copy);
        return tag + old;
    }

    /// <summary>Removes the tag with its blanks where they stand, else without.</summary>
    private static string Without(string subject, string tag, string copy)
    {
        if (!subject.Contains(copy, StringComparison.OrdinalIgnoreCase))
            return subject;
        return subject.Replace(tag, "", StringComparison.OrdinalIgnoreCase).Replace(copy, "", StringComparison.OrdinalIgnoreCase).TrimStart();
    }
}
