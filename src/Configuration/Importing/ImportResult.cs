namespace Amavis.Configuration.Importing;

/// <summary>Something to say of a statement of the imported files.</summary>
/// <param name="Statement">Its text on one line, cut when it is long.</param>
/// <param name="What">Why it was not taken over, or what should be known of it.</param>
public sealed record ImportRemark(SourcePosition Position, string Statement, string What);

/// <summary>What came of an import.</summary>
/// <param name="Yaml">The configuration in our form, with the comments of the files.</param>
/// <param name="Files">The files read, in order, those that are included among them.</param>
/// <param name="Statements">Statements that say something; <c>use strict</c> and <c>1</c> do not.</param>
/// <param name="TakenOver">Statements of which nothing was lost.</param>
/// <param name="Refused">What was not taken over, each part of a statement by itself.</param>
/// <param name="Notes">What was taken over, and should be known all the same.</param>
/// <param name="WithoutEffect">Variables that were taken over and that this version does not act on.</param>
/// <param name="WithoutMeaning">Variables that were taken over and only mean something to the original.</param>
/// <param name="Mistakes">What the loader finds wrong with <paramref name="Yaml"/>; always empty unless the importer itself is at fault.</param>
public sealed record ImportResult(
    string Yaml,
    IReadOnlyList<string> Files,
    int Statements,
    int TakenOver,
    IReadOnlyList<ImportRemark> Refused,
    IReadOnlyList<ImportRemark> Notes,
    IReadOnlyList<string> WithoutEffect,
    IReadOnlyList<string> WithoutMeaning,
    IReadOnlyList<ConfigurationMistake> Mistakes)
{
    /// <summary>Nothing was lost.</summary>
    public bool IsComplete => Refused.Count == 0 && Mistakes.Count == 0;
}
