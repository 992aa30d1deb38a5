using System.Buffers;
using System.Text;
using System.Text.Json;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Wires;
using Xunit;

namespace SecureStreams.Tests.Facades;

/// <summary>What <c>perf</c> reports of a connection is no part of any payload: every facade leaves it to the handler, on every protocol.</summary>
public sealed class PerfFacadeTests
{
    private const int Length = 40_000;

    private static readonly byte[] Sent = DeterministicBytes.Make(Length);

    private static readonly Dictionary<string, Func<LocalContext, Task<byte[]>>> Facades = new()
    {
        ["messages"] = MessagesAsync,
        ["stream"] = StreamAsync,
        ["pipe"] = PipeAsync,
        ["transaction"] = TransactionAsync,
        ["client"] = ClientAsync,
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var name in TestWire.Names)
            {
                foreach (var facade in Facades.Keys)
                {
                    if (TestWire.Parse(name).IsTransactional || facade is not ("transaction" or "client"))
                        rows.Add(name, facade);
                }
            }

            return rows;
        }
    }

    public static TheoryData<string> Names => [.. TestWire.Names];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_facade_delivers_the_payload_and_nothing_of_the_report(string name, string facade)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = Open(name, host);
        var back = await Facades[facade](context).OrFail(static () => "The payload does not come.");
        Assert.Equal(Length, back.Length);
        Assert.Equal(Sent, back);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_handler_is_given_the_report_of_the_same_streamtype_as_such(string name)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = Open(name, host);
        var handler = new Listener();
        await using var stream = context.Create("x", handler);
        stream.RequestTransmit();
        await handler.Echoed.Task.OrFail(() => $"{handler.Payload.Length} bytes have come, {handler.Reports.Count} reports.");

        Assert.Equal("ping", handler.Payload.ToString());
        var (report, flags) = Assert.Single(handler.Reports);
        Assert.Equal(SsRxFlags.PerfJson | SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage, flags);
        Assert.Equal("127.0.0.1", report.GetProperty("peer").GetString());
    }

    private static LocalContext Open(string name, KestrelTestHost host) => SsContext.FromJson(TestWire.Policy(
        TestCertificates.Authority.Base64Der, "\"backoff\": [1000], \"conceal\": 1", TestWire.Parse(name).StreamType("x", host.Ports, WireTask.Echo, more: ", \"perf\": true")));

    private static async Task<byte[]> MessagesAsync(LocalContext context)
    {
        await using var stream = context.Create("x");
        await using var messages = stream.ReadMessagesAsync(Token);
        await stream.SendAsync(Sent, Token);
        var back = new MemoryStream();
        while (back.Length < Length)
        {
            using var message = await messages.ReadAsync(Token);
            Assert.NotNull(message);
            Assert.Equal(SsRxFlags.None, message.Flags & SsRxFlags.PerfJson);
            await back.WriteAsync(message.Payload, Token);
        }

        return back.ToArray();
    }

    private static async Task<byte[]> StreamAsync(LocalContext context)
    {
        await using var stream = context.Create("x");
        await using var bytes = stream.AsStream();
        await bytes.WriteAsync(Sent, Token);
        bytes.CompleteWrites();

        // Not to the end: that of a WebSocket is its peer's to tell. A report comes first, so in place of the payload.
        var back = new byte[Length];
        await bytes.ReadExactlyAsync(back, Token);
        return back;
    }

    private static async Task<byte[]> PipeAsync(LocalContext context)
    {
        await using var stream = context.Create("x");
        var pipe = stream.AsDuplexPipe();
        await pipe.Output.WriteAsync(Sent, Token);
        await pipe.Output.CompleteAsync();
        var read = await pipe.Input.ReadAtLeastAsync(Length, Token);
        var back = read.Buffer.ToArray();
        pipe.Input.AdvanceTo(read.Buffer.End);
        await pipe.Input.CompleteAsync();
        return back;
    }

    private static async Task<byte[]> TransactionAsync(LocalContext context)
    {
        var answer = await context.TransactAsync("x", Sent, cancellationToken: Token);
        return answer.Body.ToArray();
    }

    private static async Task<byte[]> ClientAsync(LocalContext context)
    {
        using var client = context.CreateHttpClient("x");
        using var content = new ByteArrayContent(Sent);
        using var answer = await client.PostAsync("", content, Token);
        return await answer.Content.ReadAsByteArrayAsync(Token);
    }

    /// <summary>Sends a word and gathers what comes, reports apart.</summary>
    private sealed class Listener : SecureStreamHandler
    {
        private bool _sent;

        public TaskCompletionSource Echoed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public StringBuilder Payload { get; } = new();

        public List<(JsonElement Report, SsRxFlags Flags)> Reports { get; } = [];

        public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
        {
            if (_sent)
                return SsTransmitResult.Nothing;
            _sent = true;
            "ping"u8.CopyTo(tx.Buffer);
            tx.Commit(4, SsTxFlags.WholeMessage);
            return SsTransmitResult.Send;
        }

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            if ((flags & SsRxFlags.PerfJson) != 0)
            {
                Reports.Add((JsonDocument.Parse(payload.ToArray()).RootElement, flags));
                return SsResult.Continue;
            }

            Payload.Append(Encoding.ASCII.GetString(payload));
            if (Payload.Length >= 4)
                Echoed.TrySetResult();
            return SsResult.Continue;
        }
    }
}
