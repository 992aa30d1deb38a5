using SecureStreams.Server.Http;
using SecureStreams.Transports;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Server.WebSocket;

/// <summary>
/// A request to upgrade, and the connection that comes of it. At first it is a transaction like others: the application is told of it, and may refuse with a status, headers and a body.
/// If it does not, the connection takes its place, and what was a transaction is one that lasts.
/// </summary>
internal sealed class UpgradeTransport : StreamTransport, ITransportSink
{
    private readonly LinkContext _links;
    private readonly TransportSetup _setup;
    private readonly HttpExchange _exchange;
    private WebSocketAgreement? _agreement;
    private StreamTransport _current;
    private WebSocketServerConnection? _connection;
    private bool _paused;
    private Task _run = Task.CompletedTask;

    /// <param name="links">What connections share.</param>
    /// <param name="setup">The stream's.</param>
    /// <param name="exchange">The request.</param>
    /// <param name="agreement">How it is agreed to.</param>
    public UpgradeTransport(LinkContext links, TransportSetup setup, HttpExchange exchange, WebSocketAgreement agreement)
    {
        _links = links;
        _setup = setup;
        _exchange = exchange;
        _agreement = agreement;
        _paused = setup.ReceivePaused;
        _current = new HttpServerTransport(setup with { Sink = this }, exchange, AgreedOnMailbox);
    }

    /// <inheritdoc/>
    public override bool IsTransactional => Volatile.Read(ref _connection) is null;

    /// <inheritdoc/>
    public override TransportWriter Writer => Volatile.Read(ref _current).Writer;

    /// <inheritdoc/>
    public override Task Completion => _run;

    /// <inheritdoc/>
    public override long? LastHeardOnMailbox => _current.LastHeardOnMailbox;

    /// <inheritdoc/>
    public override string? EndpointOnMailbox => _current.EndpointOnMailbox;

    /// <inheritdoc/>
    public override SsConnection? Connection => _current.Connection;

    /// <inheritdoc/>
    public override bool CanPing => _current.CanPing;

    /// <inheritdoc/>
    public override bool HearsWhilePaused => _current.HearsWhilePaused;

    /// <inheritdoc/>
    public override void StartOnMailbox()
    {
        _current.StartOnMailbox();
        _run = RunAsync(_current.Completion);
    }

    /// <inheritdoc/>
    public override void PauseReceiveOnMailbox(bool paused)
    {
        _paused = paused;
        _current.PauseReceiveOnMailbox(paused);
    }

    /// <inheritdoc/>
    public override void PingOnMailbox() => _current.PingOnMailbox();

    /// <inheritdoc/>
    public override bool AnnounceLengthOnMailbox(long length) => _current.AnnounceLengthOnMailbox(length);

    /// <inheritdoc/>
    public override void ServerAckOnMailbox(int status) => _current.ServerAckOnMailbox(status);

    /// <inheritdoc/>
    public override void CloseBecauseOnMailbox(SsCauseCode because) => _current.CloseBecauseOnMailbox(because);

    /// <inheritdoc/>
    public override void AbortOnMailbox() => _current.AbortOnMailbox();

    /// <inheritdoc/>
    public override void CloseOnMailbox() => _current.CloseOnMailbox();

    /// <summary>Of the request, and of the connection once the upgrade is done.</summary>
    void ITransportSink.ConnectedOnMailbox(StreamTransport transport)
    {
        if (transport == _connection)
            _setup.Sink.ServerUpgradedOnMailbox(this);
        else
            _setup.Sink.ConnectedOnMailbox(this);
    }

    void ITransportSink.ServerTransactionOnMailbox(StreamTransport transport) => _setup.Sink.ServerTransactionOnMailbox(this);

    void ITransportSink.WritableOnMailbox(StreamTransport transport, bool due) => _setup.Sink.WritableOnMailbox(this, due);

    void ITransportSink.ReceivedOnMailbox(StreamTransport transport, ReadOnlySpan<byte> payload, SsRxFlags flags) => _setup.Sink.ReceivedOnMailbox(this, payload, flags);

    void ITransportSink.UserStateOnMailbox(StreamTransport transport, SsState state, int status) => _setup.Sink.UserStateOnMailbox(this, state, status);

    void ITransportSink.RestartedOnMailbox(StreamTransport transport, TransportFailure reason) => _setup.Sink.RestartedOnMailbox(this, reason);

    void ITransportSink.AcknowledgedOnMailbox(StreamTransport transport, bool ack, TransportFailure? refusal, int status, long message) => _setup.Sink.AcknowledgedOnMailbox(this, ack, refusal, status, message);

    void ITransportSink.ClosedOnMailbox(StreamTransport transport, TransportFailure? failure) => _setup.Sink.ClosedOnMailbox(this, failure);

    /// <summary>The application did not refuse: the request is not touched by its transaction any more.</summary>
    private void AgreedOnMailbox(string?[] received)
    {
        var connection = new WebSocketServerConnection(_links, _setup with { Sink = this, ReceivePaused = _paused }, _exchange, _agreement!, received);
        _agreement = null; // A connection lasts, and has no use for it once it stands.
        Volatile.Write(ref _connection, connection);
        Volatile.Write(ref _current, connection);
        connection.StartOnMailbox();
    }

    private async Task RunAsync(Task asked)
    {
        await asked.ConfigureAwait(false);
        if (_connection is { } connection)
            await connection.Completion.ConfigureAwait(false);
    }
}
