using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Server.Listening;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Server.Raw;

/// <summary>A raw server: every connection is a stream.</summary>
internal sealed class RawListener : ServerListener
{
    private readonly Dialer _dialer;
    private readonly LinkContext _links;
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Connections on their way to the application, and one for as long as more may come.
    private int _arriving = 1;

    private RawListener(LocalContext context, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept)
        : base(context, policy, accept)
    {
        _dialer = new Dialer(Platform, blobs: context.Blobs); // Never dials: connections share its clock and plans.
        _links = new LinkContext(Platform, _dialer);
    }

    /// <summary>Binds and begins to accept.</summary>
    public static RawListener Start(LocalContext context, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept)
    {
        var listener = new RawListener(context, policy, accept);
        listener.Begin();
        return listener;
    }

    /// <summary>Accepts a connection or refuses it. In a turn of its own, since it runs the application's code.</summary>
    public void Take(AcceptedSocket accepted)
    {
        try
        {
            if (Accepted.Accept(Policy.Now(), Accept, setup => new RawServerTransport(_links, setup, accepted, Tls)) != AcceptOutcome.Accepted)
                accepted.Dispose();
        }
        finally
        {
            TakenOne();
        }
    }

    /// <inheritdoc/>
    protected override void Arrived(AcceptedSocket accepted)
    {
        Interlocked.Increment(ref _arriving);
        Platform.Scheduler.Schedule(new RawArrival(this, accepted));
    }

    /// <inheritdoc/>
    protected override Task StoppedAsync(bool draining)
    {
        TakenOne();
        return _taken.Task;
    }

    /// <inheritdoc/>
    protected override Task FreedAsync()
    {
        _dialer.Dispose();
        return Task.CompletedTask;
    }

    private void TakenOne()
    {
        if (Interlocked.Decrement(ref _arriving) == 0)
            _taken.TrySetResult();
    }
}
