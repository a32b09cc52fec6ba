using System.Buffers;
using System.Text;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Protocols.Smtp.Server;

namespace Amavis.Protocols.Milter.Server;

/// <summary>One message on its way in: the envelope, then header fields and body put together again in the spool.</summary>
internal sealed class MilterTransaction : IDisposable
{
    private readonly DataDecoder _decoder = new(DataForm.Text);
    private readonly ArrayBufferWriter<byte> _field = new();
    private DataSink? _sink;
    private bool _headerEnded;

    /// <summary>Without recipients; they are in <see cref="Recipients"/>.</summary>
    public required Envelope Envelope { get; init; }

    /// <summary>SIZE as told with MAIL; null: not told.</summary>
    public required decimal? DeclaredOctets { get; init; }

    public required PolicyState Policy { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required long StartedTimestamp { get; init; }

    public List<EnvelopeRecipient> Recipients { get; } = [];

    /// <summary>The same as the MTA wrote them, with which it knows them again.</summary>
    public List<byte[]> RecipientPaths { get; } = [];

    /// <summary>RCPT commands, the refused ones too.</summary>
    public int RecipientAttempts { get; set; }

    /// <summary>Octets so far.</summary>
    public long Length => _decoder.Length;

    public bool HasContent => _sink is not null;

    /// <summary>What follows need not be sent: it would be dropped.</summary>
    public bool IsDropped => _sink is { Fault: not DataFault.None };

    public bool EndsWithFault => _sink is null || _sink.Fault != DataFault.None;

    /// <summary>Our own fault, such as a full disk, and no message of the client's that is too large.</summary>
    public bool IsOurFault => _sink is null || _sink.Fault is DataFault.SpoolFull or DataFault.SpoolFailed;

    public string FaultText => _sink?.FaultText ?? "";

    /// <summary>Content begins.</summary>
    /// <param name="received">A field to stand on top; may be empty.</param>
    /// <exception cref="SpoolFullException">No room.</exception>
    public void Begin(SpoolWriter spool, string received)
    {
        _sink = new DataSink(spool, SizeLimits.OfMessage(Policy.Settings, Recipients));
        _decoder.Decode(Encoding.UTF8.GetBytes(received), _sink);
    }

    public void AddField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> body, bool withLeadingBlanks)
    {
        // A line end at the very end would make the empty line that ends the section.
        body = body.TrimEnd("\r\n"u8);
        _field.ResetWrittenCount();
        _field.Write(name);
        _field.Write(withLeadingBlanks || body.IsEmpty ? ":"u8 : ": "u8);
        _field.Write(body);
        _field.Write("\r\n"u8);
        _decoder.Decode(_field.WrittenSpan, _sink!);
        if (_decoder.Length > MilterLimits.HeaderOctets)
            _sink!.Drop(DataFault.TooLarge, "header section");
    }

    /// <summary>The empty line; once.</summary>
    public void EndHeader()
    {
        if (_headerEnded)
            return;
        _headerEnded = true;
        _decoder.Decode("\r\n"u8, _sink!);
        _decoder.Form = DataForm.Plain;
    }

    public void AddBody(ReadOnlySpan<byte> octets)
    {
        _decoder.Decode(octets, _sink!);
        if (_decoder.HasBareLineEnds && Policy.Settings.SmtpdBareLineEnds == BareLineEnds.Reject)
            _sink!.Drop(DataFault.Refused, "");
    }

    /// <summary>The finished message; null when a fault stands against it.</summary>
    public Spool? Complete()
    {
        _decoder.Finish(_sink!);
        return _sink!.Complete(_decoder.Facts);
    }

    public SmtpReply FaultReply(string logId) => _sink?.FaultReply(logId) ?? new SmtpReply(451, $"4.5.0 Error in processing, id={logId}");

    public void Dispose() => _sink?.Dispose();
}
