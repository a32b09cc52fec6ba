namespace Amavis.Fuzz;

/// <summary>Something that must hold does not.</summary>
internal sealed class FindingException : Exception
{
    public FindingException()
    {
    }

    public FindingException(string message)
        : base(message)
    {
    }

    public FindingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public static void Unless(bool holds, string otherwise)
    {
        if (!holds)
            throw new FindingException(otherwise);
    }
}
