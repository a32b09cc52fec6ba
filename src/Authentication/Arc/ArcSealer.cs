using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amavis.Core.Messages;
using Amavis.Dkim.Canonicalization;
using Amavis.Dkim.Keys;
using Amavis.Dkim.Signing;
using Amavis.Mime.Headers;

namespace Amavis.Authentication.Arc;

/// <summary>Who seals, and what he found.</summary>
/// <param name="Domain">d=.</param>
/// <param name="SignedFields">By name in lower case: 1 signed, 2 signed and that there is no other, as for DKIM.</param>
/// <param name="Results">What goes into ARC-Authentication-Results behind the instance: the id of who says it, then the results, folded with LF.</param>
/// <param name="Chain">The chain as it came.</param>
public sealed record SealOrder(string Domain, DeclaredKey Key, IReadOnlyDictionary<string, int> SignedFields, string Results, ArcResult Chain, DateTimeOffset At);

/// <summary>A field of a new set; the body folded with LF, without a blank at the front.</summary>
public sealed record ArcField(string Name, string Body)
{
    /// <summary>The whole field with CRLF line ends; must go out octet by octet.</summary>
    public string Text => $"{Name}: {Body.Replace("\n", "\r\n", StringComparison.Ordinal)}\r\n";
}

/// <summary>Adds a set to the chain of handlers of a message that is passed on (RFC 8617 §5.1), when nothing else is changed any more.</summary>
public static class ArcSealer
{
    public const string ResultsName = "ARC-Authentication-Results";
    public const string MessageName = "ARC-Message-Signature";
    public const string SealName = "ARC-Seal";

    /// <summary>Never part of the signature of a message: they belong to the chain, or are rewritten by each handler (§4.1.2).</summary>
    private static readonly string[] Unsigned = [.. new[] { ResultsName, MessageName, SealName, "Authentication-Results", "Return-Path" }.Select(n => n.ToLowerInvariant())];

    /// <param name="withoutTopReceived">The topmost Received field stays with us and is not signed.</param>
    /// <param name="fault">Why there is no seal; empty: there is one.</param>
    /// <returns>The seal, the signature, the results, in the order in which they are put on top; empty: the chain can't be gone on with.</returns>
    public static IReadOnlyList<ArcField> Seal(OutgoingMessage message, SealOrder order, bool withoutTopReceived, out string fault)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(order);
        fault = ObjectionTo(order.Chain);
        if (fault.Length > 0)
            return [];
        if (MessageSigner.Read(message, [CanonicalForm.Relaxed]) is not { } read)
        {
            fault = "the header section is too long";
            return [];
        }
        // The copy that goes out has the fields of the chain as they came.
        var sets = ArcSet.ReadAll(read.Header, out _);
        if (sets.Count != order.Chain.Instances)
        {
            fault = "the chain was changed on its way through us";
            return [];
        }
        var results = new ArcField(ResultsName, $"i={sets.Count + 1}; {order.Results}");
        var signature = Signature(order, sets.Count + 1, read.Header, read.Bodies[CanonicalForm.Relaxed], withoutTopReceived);
        return [NewSeal(order, sets, results, signature), signature, results];
    }

    private static string ObjectionTo(ArcResult chain) => chain switch
    {
        { IsClosed: true } => "the chain was broken before",
        { IsTemporary: true } => "the DNS did not tell whether the chain is good",
        { Verdict: ArcVerdict.Fail, Instances: 0 } => "the sets of the chain can't be counted: " + chain.Reason,
        { Instances: >= ArcSet.MaxInstances } => $"there are {ArcSet.MaxInstances} sets already",
        _ => "",
    };

    private static ArcField Signature(SealOrder order, int instance, HeaderSection header, byte[] bodyHash, bool withoutTopReceived)
    {
        var fields = order.SignedFields.Where(f => !Unsigned.Contains(f.Key)).Append(new("dkim-signature", 1)).DistinctBy(f => f.Key).ToDictionary();
        var signed = new SignedHeader(header, fields, withoutTopReceived);
        var text = Begun(MessageName, order, instance, Algorithm(order));
        text.Tag("c=relaxed/relaxed");
        text.List("h=", signed.Names);
        text.Tag("bh=" + Convert.ToBase64String(bodyHash));
        text.Word("b=");
        var octets = new ArrayBufferWriter<byte>(4096);
        signed.Write(octets, CanonicalForm.Relaxed);
        return Completed(MessageName, text.ToString(), octets, order);
    }

    /// <summary>Covers all sets, of a broken chain only its own (§5.1.1, §5.1.2).</summary>
    private static ArcField NewSeal(SealOrder order, IReadOnlyList<ArcSet> sets, ArcField results, ArcField signature)
    {
        var text = Begun(SealName, order, sets.Count + 1, Algorithm(order));
        text.Tag("cv=" + order.Chain.Word);
        text.Word("b=");
        var octets = new ArrayBufferWriter<byte>(4096);
        if (order.Chain.Verdict == ArcVerdict.Pass)
            foreach (var set in sets)
                foreach (var field in (HeaderField[])[set.Results, set.MessageField, set.Seal.Field])
                    HeaderCanonicalizer.Write(octets, field, CanonicalForm.Relaxed);
        HeaderCanonicalizer.Write(octets, Parsed(results.Text), CanonicalForm.Relaxed);
        HeaderCanonicalizer.Write(octets, Parsed(signature.Text), CanonicalForm.Relaxed);
        return Completed(SealName, text.ToString(), octets, order);
    }

    private static TagFolder Begun(string name, SealOrder order, int instance, SigningAlgorithm algorithm)
    {
        var text = new TagFolder(name.Length + 2);
        text.Tag(string.Create(CultureInfo.InvariantCulture, $"i={instance}"));
        text.Tag("a=" + algorithm.Tag());
        text.Tag("d=" + order.Domain);
        text.Tag("s=" + order.Key.Selector);
        text.Tag(string.Create(CultureInfo.InvariantCulture, $"t={order.At.ToUnixTimeSeconds()}"));
        return text;
    }

    private static ArcField Completed(string name, string unsigned, ArrayBufferWriter<byte> octets, SealOrder order)
    {
        HeaderCanonicalizer.WriteSignature(octets, Parsed(new ArcField(name, unsigned).Text), CanonicalForm.Relaxed);
        var made = order.Key.Key.Sign(SHA256.HashData(octets.WrittenSpan));
        return new ArcField(name, SignatureText.WithSignature(unsigned, made));
    }

    private static HeaderField Parsed(string field) => HeaderSection.Parse(Encoding.UTF8.GetBytes(field)).Fields[0];

    private static SigningAlgorithm Algorithm(SealOrder order) =>
        order.Key.Key.KeyType == SigningAlgorithm.Ed25519Sha256.KeyType() ? SigningAlgorithm.Ed25519Sha256 : SigningAlgorithm.RsaSha256;
}
