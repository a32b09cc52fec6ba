namespace Amavis.Core.Categories;

/// <summary>Major content category. The numbers are stored by other programs and never change.</summary>
public enum ContentCategory
{
    CatchAll = 0,
    Clean = 1,
    MtaFailed = 2,
    Oversized = 3,
    BadHeader = 4,
    Spammy = 5,
    Spam = 6,
    Unchecked = 7,
    Banned = 8,
    Virus = 9,
}
