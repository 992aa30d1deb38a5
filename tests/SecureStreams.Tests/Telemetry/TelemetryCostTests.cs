using SecureStreams.Tests.Core;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Telemetry;

/// <summary>Telemetry is free while nobody listens: a piece that a stream delivers allocates nothing on its way from the transport to the handler.</summary>
[Collection(AloneCollection.Name)]
public sealed class TelemetryCostTests(ITestOutputHelper output)
{
    private const int Pieces = 10_000;

    // The least of a few counts: the runtime may charge one of them with what it makes for itself.
    private const int Windows = 3;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_received_piece_allocates_nothing(bool listening)
    {
        using var meters = new MeterProbe();
        using var listener = new System.Diagnostics.Metrics.MeterListener();
        var measured = 0L;
        if (listening)
        {
            // Not the probe's own listener, which keeps what it hears.
            listener.InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "ss.payload.io" && instrument.Meter == meters.Create(new(SsTelemetry.MeterName)))
                    self.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<long>((_, value, _, _) => measured += value);
            listener.Start();
        }

        var handler = new Counting();
        var network = new Capture();
        await using var context = SsContext.FromJson(CoreBench.Policy, new SsContextOptions { MeterFactory = meters, Transports = _ => network });
        var stream = context.Create("link", handler);
        stream.Connect();
        await handler.Connected;

        var payload = new byte[100];
        Deliver(network, payload);
        var bytes = Enumerable.Range(0, Windows).Min(_ => Deliver(network, payload));
        output.WriteLine($"{Pieces} pieces, {(listening ? "with" : "without")} a listener: {bytes} B");
        Assert.Equal(0, bytes);
        Assert.Equal((1L + Windows) * Pieces * payload.Length, handler.Received);
        Assert.Equal(listening ? handler.Received : 0, measured);
    }

    private static long Deliver(Capture network, byte[] payload)
    {
        var (setup, transport) = network.Last;
        var spin = default(SpinWait);
        while (!setup.Mailbox.TryEnter())
            spin.SpinOnce();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Pieces; i++)
            setup.Sink.ReceivedOnMailbox(transport, payload, SsRxFlags.None);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        setup.Mailbox.Exit();
        return bytes;
    }

    private sealed class Capture : ITransportFactory
    {
        public (TransportSetup Setup, StreamTransport Transport) Last { get; private set; }

        public StreamTransport Create(TransportSetup setup)
        {
            Last = (setup, new Benchmarks.Idle.QuietTransport(setup));
            return Last.Transport;
        }

        public void RenewConnections()
        {
            // It shares none.
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Counting : SecureStreamHandler
    {
        private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Connected => _connected.Task;

        public long Received { get; private set; }

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State == SsState.Connected)
                _connected.TrySetResult();
            return SsResult.Continue;
        }

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            Received += payload.Length;
            return SsResult.Continue;
        }
    }
}
