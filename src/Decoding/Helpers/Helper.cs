namespace Amavis.Decoding.Helpers;

/// <summary>An external program that unpacks a kind of content.</summary>
/// <param name="Programs">Names to choose from; the first one installed is used.</param>
/// <param name="Arguments">With <c>{in}</c> for the archive and <c>{out}</c> for the directory its members go to, which is also where it is run.</param>
/// <param name="GivesOne">It reads the content from its standard input and writes the one file in it to its standard output.</param>
/// <param name="GoodStatuses">Exit statuses with which everything was unpacked.</param>
internal sealed record Helper(string[] Programs, string[] Arguments, bool GivesOne = false, params int[] GoodStatuses)
{
    public const string Archive = "{in}";
    public const string Target = "{out}";

    /// <summary>Whether its exit status tells that everything was unpacked; otherwise the archive stays marked, whatever comes out of it.</summary>
    public bool Vouches { get; init; } = true;

    /// <summary>What the name of the archive has to end in for the program to take it.</summary>
    public string Suffix { get; init; } = "";

    public bool IsGood(int status) => Vouches && (status == 0 || GoodStatuses.Contains(status));
}
