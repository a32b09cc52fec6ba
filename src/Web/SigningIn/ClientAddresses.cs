namespace Amavis.Web.SigningIn;

internal static class ClientAddresses
{
    /// <summary>The client as the audit notes it; empty when the server does not say.</summary>
    public static string ClientAddress(this HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress;
        return address is null ? "" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }
}
