using System.Text;
using Amavis.Mime.Editing;

namespace Amavis.Engine.Delivery;

/// <summary>Added fields in their written form: folded at their marks where they have some, else at blanks.</summary>
internal static class FieldText
{
    public static void Add(HeaderEdits edits, AddedField field) => edits.Add(field.Name, field.Body, FoldingOf(field));

    /// <summary>The whole field with CRLF line ends.</summary>
    public static string Fold(AddedField field) =>
        Encoding.UTF8.GetString(FieldWriter.Write(field.Name, field.Body, FoldingOf(field), HeaderRendering.Default));

    private static Folding FoldingOf(AddedField field) =>
        field.KeepLines ? Folding.AsGiven : field.Body.Contains('\n') ? Folding.AtMarks : Folding.AtBlanks;
}
