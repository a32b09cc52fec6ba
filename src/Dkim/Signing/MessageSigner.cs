using System.Buffers;
using System.Security.Cryptography;
using Amavis.Core.Messages;
using Amavis.Dkim.Canonicalization;
using Amavis.Mime.Headers;

namespace Amavis.Dkim.Signing;

/// <summary>A signature that was made.</summary>
/// <param name="Body">Body of the DKIM-Signature field, folded with LF, without a blank at the front.</param>
public sealed record MadeSignature(SignatureOrder Order, string Body)
{
    /// <summary><c>selector:domain</c>.</summary>
    public string SelectorAndDomain => Order.Selector + ":" + Order.Domain;

    /// <summary>The whole field with CRLF line ends; must go out octet by octet.</summary>
    public string Field => $"{SignatureText.Name}: {Body.Replace("\n", "\r\n", StringComparison.Ordinal)}\r\n";
}

/// <summary>Signs with a hash: a key, or somebody who has it.</summary>
public delegate ValueTask<byte[]> HashSigner(SignatureOrder order, byte[] hash, CancellationToken cancellationToken);

/// <summary>Signs a message as it goes out (RFC 6376 §5). The message is read once for all its signatures.</summary>
public static class MessageSigner
{
    /// <summary>Header sections above this are not signed.</summary>
    public const int MaxHeaderOctets = 16 << 20;

    /// <param name="fields">By name in lower case: 1 signed, 2 signed and that there is no other.</param>
    /// <param name="withoutTopReceived">The topmost Received field stays with us and is not signed.</param>
    /// <param name="sign">Makes the signature for an order; for orders with a key, <see cref="WithKey"/>.</param>
    public static async Task<IReadOnlyList<MadeSignature>> SignAsync(
        OutgoingMessage message, IReadOnlyList<SignatureOrder> orders, IReadOnlyDictionary<string, int> fields, bool withoutTopReceived,
        DateTimeOffset receivedAt, HashSigner sign, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(orders);
        ArgumentNullException.ThrowIfNull(fields);
        ArgumentNullException.ThrowIfNull(sign);
        if (orders.Count == 0)
            return [];
        if (Read(message, [.. orders.Select(o => o.Options.BodyForm).Distinct()]) is not { } read)
            return [];
        var (header, bodies) = read;
        var signed = new SignedHeader(header, fields, withoutTopReceived);
        var made = new List<MadeSignature>(orders.Count);
        foreach (var order in orders)
        {
            var unsigned = SignatureText.Unsigned(order, signed.Names, bodies[order.Options.BodyForm], receivedAt);
            var signature = await sign(order, HeaderHash(signed, unsigned, order.Options.HeaderForm), cancellationToken);
            made.Add(new MadeSignature(order, SignatureText.WithSignature(unsigned, signature)));
        }
        return made;
    }

    /// <summary>Signs with the key of an order.</summary>
    public static ValueTask<byte[]> WithKey(SignatureOrder order, byte[] hash, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult((order.Key ?? throw new ArgumentException("the order has no key", nameof(order))).Key.Sign(hash));
    }

    /// <summary>The header section of a message; null when it is too long to be signed.</summary>
    public static HeaderSection? ReadHeader(OutgoingMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var header = new ArrayBufferWriter<byte>(4096);
        var searched = 0;
        foreach (var chunk in message.Chunks())
        {
            header.Write(chunk.Span);
            if (EndOfHeader(header.WrittenSpan, ref searched) >= 0)
                break;
            if (header.WrittenCount > MaxHeaderOctets)
                return null;
        }
        return HeaderSection.Parse(header.WrittenMemory);
    }

    private static byte[] HeaderHash(SignedHeader signed, string unsigned, CanonicalForm form)
    {
        var octets = new ArrayBufferWriter<byte>(4096);
        signed.Write(octets, form);
        var field = System.Text.Encoding.UTF8.GetBytes($"{SignatureText.Name}: {unsigned.Replace("\n", "\r\n", StringComparison.Ordinal)}\r\n");
        HeaderCanonicalizer.WriteSignature(octets, HeaderSection.Parse(field).Fields[0], form);
        return SHA256.HashData(octets.WrittenSpan);
    }

    /// <summary>The header section, and the hash of the body in each form; null when the header section is too long.</summary>
    internal static (HeaderSection Header, Dictionary<CanonicalForm, byte[]> Bodies)? Read(OutgoingMessage message, CanonicalForm[] forms)
    {
        var hashers = Array.ConvertAll(forms, f => new BodyHasher(f, null));
        try
        {
            var header = new ArrayBufferWriter<byte>(4096);
            var (searched, inBody) = (0, false);
            foreach (var chunk in message.Chunks())
            {
                var octets = chunk.Span;
                if (!inBody)
                {
                    var before = header.WrittenCount;
                    header.Write(octets);
                    var end = EndOfHeader(header.WrittenSpan, ref searched);
                    inBody = end >= 0;
                    if (!inBody && header.WrittenCount > MaxHeaderOctets)
                        return null;
                    octets = end >= 0 ? octets[(end - before)..] : default;
                }
                foreach (var hasher in hashers)
                    hasher.Write(octets);
            }
            return (HeaderSection.Parse(header.WrittenMemory), forms.Zip(hashers).ToDictionary(p => p.First, p => p.Second.Finish()));
        }
        finally
        {
            foreach (var hasher in hashers)
                hasher.Dispose();
        }
    }

    /// <summary>Octets up to and with the empty line, or -1.</summary>
    private static int EndOfHeader(ReadOnlySpan<byte> octets, ref int searched)
    {
        if (octets.StartsWith("\r\n"u8))
            return 2;
        var at = octets[searched..].IndexOf("\r\n\r\n"u8);
        if (at >= 0)
            return searched + at + 4;
        searched = Math.Max(0, octets.Length - 3);
        return -1;
    }
}
