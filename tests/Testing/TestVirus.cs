using System.Text;

namespace Amavis.Testing;

/// <summary>Harmless octets that scanners take for a virus, put together here so that no scanner finds them in this file.</summary>
public static class TestVirus
{
    /// <summary>The EICAR test file.</summary>
    public static byte[] Eicar => Encoding.ASCII.GetBytes(@"X5O!P%@AP[4\PZX54(P^)7CC)7}$EIC" + "AR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*");

    /// <summary>Its name in the signatures of <see cref="ClamdProcess"/>.</summary>
    public const string EicarName = "Eicar-Test-Signature.UNOFFICIAL";

    /// <summary>Octets with a signature of our own.</summary>
    public static byte[] Marker => Encoding.ASCII.GetBytes("AMAVIS-WEB-TEST" + "-MARKER-5d01f3");

    public const string MarkerName = "Test.Marker.UNOFFICIAL";

    /// <summary>The test line that SpamAssassin scores with 1000 points.</summary>
    public static string Gtube => "XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";
}
