using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Spooling;
using Amavis.Protocols.Smtp.Server;
using BenchmarkDotNet.Attributes;

namespace Amavis.Benchmarks;

/// <summary>A whole SMTP session over two pipes in memory, spool included; the message is answered at once.</summary>
public class SmtpSessionBenchmarks
{
    private static readonly SpoolFactory s_spools = new(Path.GetTempPath(), new SpoolLimits(), new CounterSet());
    private static readonly PolicyState s_policy = PolicyState.Base(new Settings());

    [Benchmark(Baseline = true)]
    public Task<long> Plain_4_KiB() => RunAsync(BenchmarkMail.Plain);

    [Benchmark]
    public Task<long> Attachment_1_MiB() => RunAsync(BenchmarkMail.Attachment);

    private static async Task<long> RunAsync(byte[] mail)
    {
        var options = new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false);
        var (toServer, toClient) = (new Pipe(options), new Pipe(options));
        var session = new SmtpServerSession(new Transport(toServer.Reader, toClient.Writer), new SmtpSessionContext
        {
            Connection = new ConnectionFacts { Peer = new(IPAddress.Loopback, 54321), Local = new(IPAddress.Loopback, 10024) },
            Policy = s_policy,
            SessionId = "00001-01",
            Spools = s_spools,
            Processor = Accepting.Instance,
            Clock = TimeProvider.System,
            Log = Silent.Instance,
            Processing = CancellationToken.None,
        }).RunAsync(CancellationToken.None);
        toServer.Writer.Write("EHLO mta.example.net\r\n"u8);
        toServer.Writer.Write("XFORWARD ADDR=192.0.2.10 NAME=mta.example.net PROTO=ESMTP\r\n"u8);
        toServer.Writer.Write("MAIL FROM:<one@example.org> SIZE=4000 BODY=8BITMIME\r\nRCPT TO:<user@example.com>\r\nDATA\r\n"u8);
        toServer.Writer.Write(mail);
        toServer.Writer.Write(".\r\nQUIT\r\n"u8);
        await toServer.Writer.FlushAsync();
        await session;
        var replies = await toClient.Reader.ReadAsync();
        return replies.Buffer.Length;
    }

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Accepting : IMessageProcessor
    {
        public static readonly Accepting Instance = new();

        public Task<MessageReplies> ProcessAsync(ReceivedMessage message, CancellationToken cancellationToken)
        {
            message.Spool.Dispose();
            return Task.FromResult(new MessageReplies(new SmtpReply(250, "2.0.0 Ok"), [new SmtpReply(250, "2.0.0 Ok")]));
        }
    }

    private sealed class Silent : ISmtpSessionLog
    {
        public static readonly Silent Instance = new();

        public void Line(int level, string logId, string text)
        {
        }
    }
}
