using Amavis.Core.Messages;

namespace Amavis.Protocols.Smtp.Server;

/// <summary>Why a message is not kept though it is read to its end.</summary>
internal enum DataFault
{
    None,
    TooLarge,
    SpoolFull,
    /// <summary>Writing failed in another way than for want of room.</summary>
    SpoolFailed,
    Refused,
}

/// <summary>Puts message octets into the spool until something forbids it, then drops them.</summary>
internal sealed class DataSink(SpoolWriter writer, long? limitOctets) : IOctetSink, IDisposable
{
    private SpoolWriter? _writer = writer;
    private long _octets;

    public DataFault Fault { get; private set; }

    /// <summary>What the system said when the fault came up.</summary>
    public string FaultText { get; private set; } = "";

    public void Write(ReadOnlySpan<byte> octets)
    {
        _octets += octets.Length;
        if (_writer is null)
            return;
        if (_octets > limitOctets)
        {
            Drop(DataFault.TooLarge, "");
            return;
        }
        try
        {
            _writer.Write(octets);
        }
        catch (SpoolFullException full)
        {
            Drop(DataFault.SpoolFull, full.Message);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            Drop(DataFault.SpoolFailed, broken.Message);
        }
    }

    /// <summary>Keeps nothing further; the first reason stands.</summary>
    public void Drop(DataFault fault, string text)
    {
        if (_writer is null)
            return;
        (Fault, FaultText) = (fault, text);
        _writer.Dispose();
        _writer = null;
    }

    /// <summary>The finished message; null when a fault stands against it. The caller owns it.</summary>
    public Spool? Complete(SpoolFacts facts)
    {
        if (_writer is null)
            return null;
        try
        {
            var spool = _writer.Complete(facts);
            _writer = null;
            return spool;
        }
        catch (SpoolFullException full)
        {
            Drop(DataFault.SpoolFull, full.Message);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            Drop(DataFault.SpoolFailed, broken.Message);
        }
        return null;
    }

    /// <summary>The reply to a message a fault stands against.</summary>
    public SmtpReply FaultReply(string logId) => Fault switch
    {
        DataFault.TooLarge => new SmtpReply(552, $"5.3.4 Message size ({_octets} B) exceeds size limit"),
        DataFault.SpoolFull => new SmtpReply(452, "4.3.1 Insufficient system storage"),
        DataFault.Refused => new SmtpReply(550, "5.6.11 Message data contain a lone CR or LF, lines have to end in CRLF"),
        _ => new SmtpReply(451, $"4.5.0 Error in processing, id={logId}"),
    };

    public void Dispose() => _writer?.Dispose();
}
