using System.Net.Sockets;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Server.Tests.Raw;

/// <summary>A raw listener that ends in order under load: what was taken is answered.</summary>
public sealed class RawLoadDrainTests
{
    private const int Clients = 8;
    private const int Before = 500;
    private const int MessageBytes = 4;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_message_that_was_taken_is_answered()
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"raw\", \"endpoint\": \"127.0.0.1\" }");
        var taken = 0;
        await using var listener = bench.Context.CreateListener("srv", _ => new Answering(() => Interlocked.Increment(ref taken)));
        var answered = 0;
        var asking = Enumerable.Range(0, Clients).Select(_ => Task.Run(AskAsync, Token)).ToList();
        await Poll.UntilAsync(() => Volatile.Read(ref answered) >= Before, () => $"{answered} answers");
        Assert.Equal(0, await listener.DrainAsync(Token).AsTask().OrFail(() => $"The drain does not end: {taken} taken, {answered} answered."));
        await Task.WhenAll(asking).OrFail(static () => "Clients go on.");
        Assert.Equal(taken, answered);

        async Task AskAsync()
        {
            using var socket = await ServerBench.ConnectAsync(listener);
            var buffer = new byte[MessageBytes];
            try
            {
                while (true)
                {
                    await socket.SendAsync(new byte[MessageBytes], Token);
                    for (var got = 0; got < MessageBytes;)
                    {
                        var count = await socket.ReceiveAsync(buffer.AsMemory(got), Token);
                        if (count == 0)
                            return; // In order: what was asked last was not taken.
                        got += count;
                    }

                    Interlocked.Increment(ref answered);
                }
            }
            catch (SocketException)
            {
                // What was asked after the end is refused.
            }
        }
    }

    /// <summary>Answers each message with as many bytes, and ends its side when it is told to finish and owes nothing.</summary>
    private sealed class Answering(Action take) : SecureStreamHandler
    {
        private int _received;
        private int _owed;
        private bool _finishing;
        private bool _ended;

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State == SsState.EventWaitCancelled)
            {
                _finishing = true;
                stream.RequestTransmit();
            }

            return SsResult.Continue;
        }

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            if (_ended)
                return SsResult.Continue;
            _received += payload.Length;
            for (; _received >= MessageBytes; _received -= MessageBytes)
            {
                take();
                _owed += MessageBytes;
            }

            stream.RequestTransmit();
            return SsResult.Continue;
        }

        public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
        {
            if (_ended || (_owed == 0 && !_finishing))
                return SsTransmitResult.Nothing;
            var count = Math.Min(_owed, tx.Buffer.Length);
            tx.Buffer[..count].Clear();
            _owed -= count;
            _ended = _owed == 0 && _finishing;
            tx.Commit(count, _ended ? SsTxFlags.EndOfStream : SsTxFlags.None);
            if (_owed > 0)
                stream.RequestTransmit();
            return SsTransmitResult.Send;
        }
    }
}
