using System.Net.Sockets;
using Amavis.Scanning.Sockets;

namespace Amavis.Scanning.Virus.Clamd;

/// <summary>
/// One IDSESSION over a connected socket. Requests are numbered by clamd from 1; a few may be open at a time, so that neither
/// side waits for the other with full buffers. Clean only when every request has the exact clean answer.
/// </summary>
internal sealed class ClamdSession : IDisposable
{
    private const int MaxOpenRequests = 8;

    private readonly Socket _socket;
    private readonly IReadOnlyList<ScanItem> _items;
    private readonly ClamdAnswer?[] _answers;
    private readonly SemaphoreSlim _mayAsk = new(MaxOpenRequests);
    private readonly CancellationTokenSource _stop;

    /// <summary>Requests written to the buffer in full; none of them can be answered OK earlier.</summary>
    private int _asked;

    private ClamdSession(Socket socket, IReadOnlyList<ScanItem> items, CancellationToken cancellationToken)
    {
        _socket = socket;
        _items = items;
        _answers = new ClamdAnswer?[items.Count];
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <param name="answered">Called when a valid answer has come: there is progress.</param>
    /// <exception cref="ScannerFaultException">clamd did not keep to the protocol or went away.</exception>
    /// <exception cref="UnreadableContentException">An item could not be read, and nothing was found until then.</exception>
    public static async Task<ScanOutcome> RunAsync(
        Socket socket, IReadOnlyList<ScanItem> items, Func<string, bool>? isEnough, int maxReplyOctets, Action answered, CancellationToken cancellationToken)
    {
        using var session = new ClamdSession(socket, items, cancellationToken);
        var sending = session.SendAsync();
        var reading = session.ReadAsync(isEnough, maxReplyOctets, answered);
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await session._stop.CancelAsync();
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (session.FoundOrNull() is { } infected)
            return infected;
        if (sending.Exception?.InnerException is UnreadableContentException unreadable)
            throw unreadable;
        if (session.ErrorOrNull() is { } error)
            return error;
        await reading;
        return ScanOutcome.Clean.Instance;
    }

    public void Dispose()
    {
        _stop.Dispose();
        _mayAsk.Dispose();
    }

    private async Task SendAsync()
    {
        using var upload = new ClamdUpload(_socket);
        try
        {
            await upload.CommandAsync("zIDSESSION\0"u8.ToArray(), _stop.Token);
            foreach (var item in _items)
            {
                if (!_mayAsk.Wait(0, CancellationToken.None))
                {
                    await upload.FlushAsync(_stop.Token);
                    await _mayAsk.WaitAsync(_stop.Token);
                }
                await upload.StreamAsync(item, _stop.Token);
                Interlocked.Increment(ref _asked);
            }
            // clamd answers what is open before it closes.
            await upload.CommandAsync("zEND\0"u8.ToArray(), _stop.Token);
            await upload.FlushAsync(_stop.Token);
        }
        catch (UnreadableContentException)
        {
            await _stop.CancelAsync();
            throw;
        }
    }

    private async Task ReadAsync(Func<string, bool>? isEnough, int maxReplyOctets, Action answered)
    {
        using var replies = new ClamdReplies(_socket, maxReplyOctets);
        for (var count = 0; count < _items.Count; count++)
        {
            if (await replies.NextAsync(_stop.Token) is not { } octets)
                throw new ScannerFaultException("the connection ended before all answers had come");
            if (!ClamdAnswer.TryParseNumbered(octets.Span, out var answer) || !IsExpected(answer))
                throw new ScannerFaultException("not an answer of clamd");
            _answers[answer.Id - 1] = answer;
            _mayAsk.Release();
            answered();
            if (answer.Verdict == ClamdVerdict.Infected && isEnough?.Invoke(answer.Text) == true)
                return;
        }
    }

    /// <summary>An error may come in the middle of a request (too large), a verdict only after its end.</summary>
    private bool IsExpected(ClamdAnswer answer)
    {
        var asked = Volatile.Read(ref _asked) + (answer.Verdict == ClamdVerdict.Error ? 1 : 0);
        return answer.Id <= Math.Min(asked, _items.Count) && _answers[answer.Id - 1] is null;
    }

    private ScanOutcome.Infected? FoundOrNull()
    {
        var names = _answers.Where(a => a is { Verdict: ClamdVerdict.Infected }).Select(a => a!.Value.Text).Distinct().ToArray();
        return names.Length == 0 ? null : new ScanOutcome.Infected(names);
    }

    private ScanOutcome.Failed? ErrorOrNull()
    {
        var index = Array.FindIndex(_answers, a => a is { Verdict: ClamdVerdict.Error });
        return index < 0 ? null : new ScanOutcome.Failed($"{_items[index].Name}: {_answers[index]!.Value.Text}");
    }
}
