using Amavis.Mime.Transfer;

namespace Amavis.Decoding.Hidden;

/// <summary>The ways in which readers decode base64 that is not clean.</summary>
internal static class Base64Readings
{
    /// <summary>Of a block that stands in a text.</summary>
    /// <param name="hasPadding">There are equals signs in front of its end.</param>
    /// <param name="isUrlSafe">There are digits of the other alphabet (RFC 4648 §5).</param>
    public static IEnumerable<TransferDecoder> OfRun(bool hasPadding, bool isUrlSafe)
    {
        yield return new Base64Decoder();
        if (hasPadding)
            yield return new Base64Decoder(Base64Padding.Ignored);
        if (isUrlSafe)
            yield return new Base64Decoder(urlSafe: true);
    }

    /// <summary>Of a body that is declared base64.</summary>
    public static IEnumerable<TransferDecoder> All()
    {
        foreach (var decoder in OfRun(hasPadding: true, isUrlSafe: true))
            yield return decoder;
        for (var digits = 1; digits <= 3; digits++)
            yield return new SkippingBase64Decoder(digits);
        yield return new Base64LinesDecoder();
    }
}
