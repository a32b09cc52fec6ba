namespace Amavis.Core.Categories;

/// <summary>What becomes of a message for a recipient. The numbers stand in configuration files and SQL and never change.</summary>
public enum Destiny
{
    TempFail = -4,
    Reject = -3,
    Bounce = -2,
    Discard = 0,
    Pass = 1,
}
