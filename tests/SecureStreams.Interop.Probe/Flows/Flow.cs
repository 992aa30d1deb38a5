using Microsoft.Extensions.Logging;

namespace SecureStreams.Interop.Probe.Flows;

/// <summary>Streams that publish numbered messages and streams that receive them, in one context. What happens is told as it happens, on the mailbox of the stream.</summary>
public sealed class Flow : IAsyncDisposable
{
    private readonly LocalContext _context;
    private readonly Dictionary<string, (FlowPublisher Handler, SecureStream Stream)> _publishers = [];

    private Flow(LocalContext context) => _context = context;

    /// <summary>Makes the streams and connects them.</summary>
    /// <param name="request">Which.</param>
    /// <param name="tell">Told of everything, by several streams at a time.</param>
    /// <param name="log">The log of the context; null for none.</param>
    public static Flow Open(FlowRequest request, Action<FlowLine> tell, ILoggerFactory? log = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        var options = new SsContextOptions { StateFolder = request.StateFolder };
        if (log is not null)
            options = new SsContextOptions { StateFolder = request.StateFolder, LoggerFactory = log };
        var flow = new Flow(SsContext.FromJson(request.Policy, options));
        foreach (var name in request.Subscribe)
            flow._context.Create(name, new FlowSubscriber(name, tell)).Connect();
        for (var i = 0; i < request.Publish.Length; i++)
        {
            var handler = new FlowPublisher(request.Publish[i], request.First[i], tell);
            var stream = flow._context.Create(request.Publish[i], handler, new() { Metadata = { ["topic"] = "0" } });
            flow._publishers.Add(request.Publish[i], (handler, stream));
            stream.Connect();
        }

        tell(new FlowLine(FlowEvent.Begun, "all", 0, ""));
        return flow;
    }

    /// <summary>A streamtype may publish up to this number.</summary>
    public void Permit(string publisher, long number)
    {
        var (handler, stream) = _publishers[publisher];
        handler.Permit(stream, number);
    }

    /// <summary>Those that publish begin no more messages, and tell when they have the acknowledgement of every one.</summary>
    public void Stop()
    {
        foreach (var (handler, stream) in _publishers.Values)
            handler.Stop(stream);
    }

    /// <summary>What an operator reads.</summary>
    public string Describe() => string.Join('\n', _context.Diagnostics.Recent().TakeLast(20));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
