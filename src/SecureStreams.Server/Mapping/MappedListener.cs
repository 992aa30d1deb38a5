using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Server.Http;
using SecureStreams.Server.Listening;
using SecureStreams.Transports;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Server.Mapping;

/// <summary>A server streamtype at a path of a web application: connections, TLS and what comes before are the application's; from the request on everything is as on a listener of its own.</summary>
internal sealed class MappedListener : SsListener
{
    private readonly LocalContext _context;
    private readonly ListenerPolicy _policy;
    private readonly AcceptedStreams _accepted;
    private readonly StreamLimit _limit;
    private readonly ListenerEnd _end;
    private readonly Dialer _dialer;
    private readonly LinkContext _links;
    private readonly ILogger _logger;

    private MappedListener(LocalContext context, StreamTypePolicy policy)
    {
        _context = context;
        _logger = new GuardedLogger(context.Options.LoggerFactory.CreateLogger("SecureStreams.Server"));
        _policy = new ListenerPolicy(context, policy, _logger);
        _accepted = context.NewAcceptedStreams(policy.Name);
        _limit = new StreamLimit(_accepted, _logger);
        _dialer = new Dialer(context.Options.Platform, blobs: context.Blobs); // Never dials: connections share its clock and plans.
        _links = new LinkContext(context.Options.Platform, _dialer);
        _end = new ListenerEnd(_accepted, _policy.Now, StopAsync, free: FreeAsync);
    }

    /// <inheritdoc/>
    public override string StreamType => _policy.Began.Name;

    /// <inheritdoc/>
    public override IReadOnlyList<EndPoint> EndPoints => [];

    /// <inheritdoc/>
    public override IReadOnlyCollection<SecureStream> Streams => _accepted.All;

    /// <summary>Begins; what does not count is told.</summary>
    /// <param name="context">The context.</param>
    /// <param name="streamType">The streamtype.</param>
    /// <param name="pattern">The path, for operators.</param>
    /// <exception cref="SsPolicyException">There is none of that name, or it cannot be served there.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public static MappedListener Start(LocalContext context, string streamType, string pattern)
    {
        var policy = context.FindPolicy(streamType)
            ?? throw new SsPolicyException($"The policy has no streamtype '{OperatorText.Clean(streamType)}'{(context.Policy.NearestStreamType(streamType) is { } near ? $"; did you mean '{near}'?" : ".")}");
        var ignored = MappedRules.Check(policy);
        var listener = new MappedListener(context, policy);
        if (!context.TryAdd(listener))
        {
            _ = listener.DisposeAsync().AsTask();
            throw new ObjectDisposedException(typeof(LocalContext).FullName);
        }

        if (ignored.Count > 0)
            ServerLog.Warning(listener._logger, streamType, $"at a path of a web application that application decides, and this does not count: {string.Join(", ", ignored)}");
        ServerLog.Listening(listener._logger, streamType, $"{OperatorText.Clean(pattern)} of a web application");
        return listener;
    }

    /// <summary>Serves one request: completes when nothing of it is used any more.</summary>
    public async Task ServeAsync(HttpContext http, Func<HttpContext, SecureStream, SecureStreamHandler?> accept)
    {
        // Whoever asks first makes it, and finds it among the features then: servers need not have one.
        _ = http.Request.BodyReader;
        var exchange = new HttpExchange(http.Features) { Mapped = new MappedConnection(http.Features) };
        var policy = _policy.Now();
        if (HttpService.Of(policy).Judge(exchange, out var upgrade) is { } refusal)
        {
            FailureReporter.Report(_accepted.Runtime, policy.Name, 0, policy, SsState.Connecting, refusal.Failure with { Endpoint = exchange.Peer }, new SsCause(refusal.Failure.Phase, refusal.Failure.Code));
            await refusal.AnswerAsync(exchange).ConfigureAwait(false);
            return;
        }

        StreamTransport? transport = null;
        var outcome = _limit.Accept(policy, stream => accept(http, stream), setup => transport = HttpService.Begin(_links, setup, exchange, upgrade));
        if (transport is not null)
            await transport.Completion.ConfigureAwait(false);
        else
            exchange.Response.StatusCode = outcome == AcceptOutcome.Refused ? StatusCodes.Status404NotFound : StatusCodes.Status503ServiceUnavailable;
    }

    /// <inheritdoc/>
    public override ValueTask<int> DrainAsync(CancellationToken cancellationToken = default) => _end.DrainAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _end.DisposeAsync();

    // Requests go on coming, and are refused from now on: the books take no more.
    private Task StopAsync(bool draining)
    {
        ServerLog.Stopped(_logger, StreamType);
        return Task.CompletedTask;
    }

    private Task FreeAsync()
    {
        _dialer.Dispose();
        _context.Forget(this);
        return Task.CompletedTask;
    }
}
