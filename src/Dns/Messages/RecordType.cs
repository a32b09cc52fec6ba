namespace Amavis.Dns.Messages;

/// <summary>Types of records and questions (RFC 1035 §3.2.2, RFC 3596, RFC 6891). Others occur, too.</summary>
public enum RecordType : ushort
{
    A = 1,
    NS = 2,
    CNAME = 5,
    SOA = 6,
    PTR = 12,
    MX = 15,
    TXT = 16,
    AAAA = 28,
    OPT = 41,
}
