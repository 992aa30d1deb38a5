using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Wires;

namespace SecureStreams.Interop.Tests.BlackHole;

/// <summary>A stream with a context, and so a connection, of its own, to the server in a namespace.</summary>
internal sealed class HoleStream : IAsyncDisposable
{
    private HoleStream(LocalContext context, WireRecorder recorder)
    {
        Context = context;
        Recorder = recorder;
        Stream = context.Create("x", recorder);
    }

    public LocalContext Context { get; }

    public WireRecorder Recorder { get; }

    public SecureStream Stream { get; }

    /// <summary>Makes one that connects at once.</summary>
    /// <param name="place">Where the server is.</param>
    /// <param name="wire">How it is spoken to.</param>
    /// <param name="task">What it does.</param>
    /// <param name="length">How many bytes the client sends.</param>
    /// <param name="relay">What it goes through on this side; null for the straight way.</param>
    public static HoleStream Open(NetworkNamespace place, TestWire wire, WireTask task, long length = 0, TcpRelay? relay = null)
    {
        const string Bound = """, "connect_timeout_ms": 1000 """;
        var policy = TestWire.Policy(
            place.Host.Authority,
            BlackHoleBounds.Of(wire.Protocol).Retry,
            relay is null ? wire.StreamType("x", place.Host.Ports, task, place.Address, Bound) : wire.StreamType("x", relay.Port, task, "localhost", Bound));
        var stream = new HoleStream(SsContext.FromJson(policy), new WireRecorder(new WireHandler(wire, task, length)) { KeepPayload = false });
        if (task.Sends && wire.IsTransactional)
            stream.Stream.RequestTransmit();
        else
            stream.Stream.Connect();
        return stream;
    }

    /// <summary>What an operator reads about the cause that came with the last <paramref name="state"/>.</summary>
    public string DetailOf(SsState state) => Context.Diagnostics.Find(Recorder.CauseOf(state).DetailId)!.ToString();

    public ValueTask DisposeAsync() => Context.DisposeAsync();
}
