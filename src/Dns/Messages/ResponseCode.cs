namespace Amavis.Dns.Messages;

/// <summary>What a server says of a question (RFC 1035 §4.1.1, RFC 6891 §6.1.3). Others occur, too.</summary>
public enum ResponseCode
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    /// <summary>NXDOMAIN: the name does not exist.</summary>
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
    BadVersion = 16,
}
