using System.Collections.Concurrent;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Tests.Core.RandomLife;

/// <summary>A stream on real threads: its handler and whoever hammers it do anything; the base checks what holds for every stream.</summary>
internal sealed class StressStream : RecordingHandler
{
    public StressStream() => KeepPayload = false;

    public SecureStream? Stream { get; private set; }

    public bool IsGone { get; private set; }

    public ConcurrentBag<Task> Disposals { get; } = [];

    public void Act(Random random, bool inside)
    {
        var stream = Stream!;
        try
        {
            switch (random.Next(100))
            {
                case < 25:
                    stream.Connect();
                    break;
                case < 50:
                    stream.RequestTransmit();
                    break;
                case < 65:
                    stream.Disconnect();
                    break;
                case < 72:
                    stream.PauseReceive();
                    break;
                case < 84:
                    stream.ResumeReceive();
                    break;
                case < 92:
                    stream.StartTimeout(TimeSpan.FromMilliseconds(random.Next(3)));
                    break;
                case < 97:
                    stream.SetMetadata("m", "v");
                    break;
                case < 98 when random.Next(4) == 0:
                    var disposal = stream.DisposeAsync().AsTask();
                    if (inside && !disposal.IsCompleted)
                        throw new InvalidOperationException("DisposeAsync inside a callback did not complete at once.");
                    Disposals.Add(disposal);
                    break;
            }
        }
        catch (ObjectDisposedException)
        {
            // Another thread was first.
        }
    }

    protected override SsResult ReactToState(SecureStream stream, in SsStateChange change)
    {
        Stream = stream;
        if (change.State == SsState.Destroying)
            IsGone = true;
        return React();
    }

    protected override SsResult ReactToReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags) => React();

    protected override SsTransmitResult ReactToTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        tx.Commit(Math.Min(100, tx.Buffer.Length), SsTxFlags.None);
        return React() == SsResult.Continue ? SsTransmitResult.Send : SsTransmitResult.Disconnect;
    }

    private SsResult React()
    {
        var random = Random.Shared;
        if (random.Next(4) == 0)
            Act(random, inside: true);
        return random.Next(50) switch
        {
            0 => SsResult.Disconnect,
            1 => random.Next(20) == 0 ? SsResult.Destroy : SsResult.Continue,
            2 => throw new InvalidOperationException("thrown by the handler"),
            _ => SsResult.Continue,
        };
    }
}
