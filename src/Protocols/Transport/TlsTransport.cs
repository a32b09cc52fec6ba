using System.IO.Pipelines;
using System.Net.Security;

namespace Amavis.Protocols.Transport;

/// <summary>
/// Pipes protected by TLS over the plain ones of a connection. Octets are pumped between them, so that a wait of the session can be
/// ended at any time without harm to the records of TLS. Ends the plain pipes at its end.
/// </summary>
internal sealed class TlsTransport : IDuplexPipe, IAsyncDisposable
{
    /// <summary>For what is left to be sent at the end.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(10);

    private const int ReadOctets = 16 << 10;

    private readonly IDuplexPipe _plain;
    private readonly SslStream _stream;
    private readonly TimeProvider _clock;
    private readonly Pipe _incoming = new(new PipeOptions(useSynchronizationContext: false));
    private readonly Pipe _outgoing = new(new PipeOptions(useSynchronizationContext: false));
    private readonly CancellationTokenSource _end = new();
    private readonly Task _receiving;
    private readonly Task _sending;

    private TlsTransport(IDuplexPipe plain, SslStream stream, TimeProvider clock)
    {
        (_plain, _stream, _clock) = (plain, stream, clock);
        Cipher = stream.NegotiatedCipherSuite.ToString();
        _receiving = ReceiveAsync();
        _sending = SendAsync();
    }

    public PipeReader Input => _incoming.Reader;

    public PipeWriter Output => _outgoing.Writer;

    /// <summary>Such as TLS_AES_256_GCM_SHA384.</summary>
    public string Cipher { get; }

    /// <summary>The server's side of the handshake.</summary>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The client and we find no common ground.</exception>
    /// <exception cref="IOException">The connection is gone.</exception>
    /// <exception cref="OperationCanceledException">Not in time.</exception>
    public static async Task<TlsTransport> AcceptAsync(IDuplexPipe plain, SslServerAuthenticationOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var stream = new SslStream(new PipesStream(plain), leaveInnerStreamOpen: false);
        try
        {
            await stream.AuthenticateAsServerAsync(options, cancellationToken);
            return new TlsTransport(plain, stream, clock);
        }
        catch (Exception)
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _outgoing.Writer.CompleteAsync();
        await _incoming.Reader.CompleteAsync();
        using (var limit = new CancellationTokenSource(Farewell, _clock))
        await using (limit.Token.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), _end))
            await _sending;
        await _end.CancelAsync();
        await _receiving;
        await _stream.DisposeAsync();
        await _plain.Input.CompleteAsync();
        await _plain.Output.CompleteAsync();
        _end.Dispose();
    }

    private async Task ReceiveAsync()
    {
        Exception? fault = null;
        try
        {
            FlushResult flushed;
            do
            {
                var read = await _stream.ReadAsync(_incoming.Writer.GetMemory(ReadOctets), _end.Token);
                if (read == 0)
                    break;
                _incoming.Writer.Advance(read);
                flushed = await _incoming.Writer.FlushAsync(_end.Token);
            }
            while (!flushed.IsCompleted);
        }
        catch (OperationCanceledException)
        {
            // The session has ended.
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException or InvalidOperationException)
        {
            fault = new IOException(broken.Message, broken);
        }
        await _incoming.Writer.CompleteAsync(fault);
    }

    private async Task SendAsync()
    {
        Exception? fault = null;
        try
        {
            ReadResult result;
            do
            {
                result = await _outgoing.Reader.ReadAsync(_end.Token);
                foreach (var segment in result.Buffer)
                    await _stream.WriteAsync(segment, _end.Token);
                _outgoing.Reader.AdvanceTo(result.Buffer.End);
            }
            while (!result.IsCompleted);
            await _stream.ShutdownAsync().WaitAsync(Farewell, _clock);
        }
        catch (Exception late) when (late is OperationCanceledException or TimeoutException)
        {
            // The client took nothing any more.
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException or InvalidOperationException)
        {
            fault = new IOException(broken.Message, broken);
        }
        await _outgoing.Reader.CompleteAsync(fault);
    }
}
