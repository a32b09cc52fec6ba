namespace Amavis.Mime.Transfer;

internal static class Hex
{
    /// <summary>Value of an ASCII hex digit of either case; the caller has checked that it is one.</summary>
    public static int Value(byte digit) => digit <= (byte)'9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    public static bool IsDigit(byte octet) => char.IsAsciiHexDigit((char)octet);
}
