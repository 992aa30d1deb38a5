using System.Net;
using SecureStreams.Policy;
using SecureStreams.Transports.LocalSink;

namespace SecureStreams;

/// <summary>The sink of a streamtype: makes a stream of every source that joins.</summary>
internal sealed class LocalSinkListener : SsListener, ILocalSink
{
    private readonly LocalSinks _sinks;
    private readonly AcceptedStreams _accepted;
    private readonly StreamTypePolicy _policy;
    private readonly Func<SecureStream, SecureStreamHandler?> _accept;
    private readonly ListenerEnd _end;

    /// <param name="sinks">Where it registers.</param>
    /// <param name="accepted">Its books.</param>
    /// <param name="policy">The streamtype.</param>
    /// <param name="accept">The application's.</param>
    /// <exception cref="SsPolicyException">The streamtype has a sink already.</exception>
    public LocalSinkListener(LocalSinks sinks, AcceptedStreams accepted, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept)
    {
        _sinks = sinks;
        _accepted = accepted;
        _policy = policy;
        _accept = accept;
        _end = new ListenerEnd(accepted, () => policy, StopAsync);
        if (!sinks.TryAdd(policy.Name, this))
            throw new SsPolicyException($"Streamtype '{policy.Name}' has a sink already, and takes one at a time: dispose its listener first.");
    }

    /// <inheritdoc/>
    public override string StreamType => _policy.Name;

    /// <inheritdoc/>
    public override IReadOnlyList<EndPoint> EndPoints => [];

    /// <inheritdoc/>
    public override IReadOnlyCollection<SecureStream> Streams => _accepted.All;

    /// <inheritdoc/>
    public void Offer(LocalSinkLink link) => _accepted.Platform.Scheduler.Schedule(new LocalSinkJoin(this, link));

    /// <summary>Accepts a source or refuses it. In a turn of its own, since it runs the application's code.</summary>
    public void Take(LocalSinkLink link)
    {
        // A source that has given up already costs no stream.
        if (link.IsGivenUp)
            return;
        switch (_accepted.Accept(_policy, _accept, link.Accept))
        {
            case AcceptOutcome.Ended:
                link.Refuse(LocalSinkFailures.NoSink(_policy));
                break;
            case AcceptOutcome.Refused:
                link.Refuse(LocalSinkFailures.Refused(_policy));
                break;
        }
    }

    /// <inheritdoc/>
    public override ValueTask<int> DrainAsync(CancellationToken cancellationToken = default) => _end.DrainAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _end.DisposeAsync();

    private Task StopAsync(bool draining)
    {
        _sinks.Remove(_policy.Name, this);
        return Task.CompletedTask;
    }
}
