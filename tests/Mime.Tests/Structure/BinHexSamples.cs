namespace Amavis.Mime.Tests.Structure;

internal static class BinHexSamples
{
    /// <summary>What the data fork of <see cref="Hello"/> holds: a run and the octet that marks runs.</summary>
    public const string HelloText = "Hello, BinHex!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!\u0090x";

    /// <summary>Name hi.txt, no resource fork.</summary>
    public const string Hello = ":\"QKT,R4iG!\"849K8G(4iG!#3\"5d!N!5f$dKPE'a[,#\"#D@j)CAJKN\"k3!(Jf4J!\n!:";
}
