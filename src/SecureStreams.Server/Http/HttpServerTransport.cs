using Microsoft.AspNetCore.Http;
using SecureStreams.Implementation;
using SecureStreams.Transports;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Server.Http;

/// <summary>
/// One request of a client and its answer. The head has come when it is made: it is connected at once, then the application is told of the transaction, and answers. What arrives of the
/// body is delivered in <c>HttpServerTransport.Receiving.cs</c>, the answer is in <c>HttpServerTransport.Answering.cs</c>.
/// </summary>
internal sealed partial class HttpServerTransport : StreamTransport, IMailboxWork
{
    private readonly TransportSetup _setup;
    private readonly HttpExchange _exchange;
    private readonly HttpServerPlan _plan;
    private readonly MailboxEntry _entry;
    private readonly LinkSignal _wake = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpServerWriter _writer;
    private readonly HttpRequestMetadata _received;
    private readonly Action<string?[]>? _agreed;
    private Task _run = Task.CompletedTask;
    private TransportFailure? _failure;
    private bool _told;
    private bool _letGo;
    private volatile bool _ended;
    private bool _paused;
    private bool _waiting;
    private bool _leftToUpgrade;

    /// <param name="setup">The stream's.</param>
    /// <param name="exchange">The request.</param>
    /// <param name="agreed">
    /// Called on the mailbox when the request is one to upgrade and the application, told of it, did not refuse: takes the request over, with what was published of it. This one then
    /// tells nothing more, not even its end. Null for a request like others.
    /// </param>
    public HttpServerTransport(TransportSetup setup, HttpExchange exchange, Action<string?[]>? agreed = null)
    {
        _agreed = agreed;
        _setup = setup;
        _exchange = exchange;
        _plan = HttpServerPlan.Of(setup.Policy);
        _entry = new MailboxEntry(setup.Mailbox);
        _received = new HttpRequestMetadata(_plan, setup.Metadata, exchange);
        _paused = setup.ReceivePaused;
        _writer = new HttpServerWriter(this, setup.Policy.TransmitWatermarkHigh) 
        {
            Announced = setup.TransmitLength, IsHeadOnly = HttpMethods.IsHead(exchange.Request.Method),
        };
    }

    private const int LeastRefusal = 300;

    private enum Work
    {
        Written,
        Aborted,
        EndEmpty,
    }

    /// <inheritdoc/>
    public override bool IsTransactional => true;

    /// <inheritdoc/>
    public override TransportWriter Writer => _writer;

    /// <inheritdoc/>
    public override Task Completion => _run;

    /// <inheritdoc/>
    public override string? EndpointOnMailbox => _exchange.Peer;

    /// <summary>Whether the application may send.</summary>
    public bool MayWrite => _told && !_letGo && !_ended && !_writing && !_leftToUpgrade;

    /// <inheritdoc/>
    public override void StartOnMailbox()
    {
        _setup.Mailbox.AssertCurrent();
        _run = RunAsync();
    }

    /// <inheritdoc/>
    public override void PauseReceiveOnMailbox(bool paused)
    {
        Volatile.Write(ref _paused, paused);
        if (!paused)
            WakeOnMailbox();
    }

    /// <inheritdoc/>
    public override void CloseOnMailbox() => CloseBecauseOnMailbox(SsCauseCode.LocalDisconnect);

    /// <inheritdoc/>
    public override void CloseBecauseOnMailbox(SsCauseCode because)
    {
        _setup.Mailbox.AssertCurrent();
        if (_letGo)
            return;
        if (because is SsCauseCode.HandlerException or SsCauseCode.InternalError)
            _status = ServerError;
        _letGo = true;
        EndOnMailbox(new TransportFailure(SsPhase.Local, SsCauseCode.LocalDisconnect, "The stream let the request go."));
    }

    /// <inheritdoc/>
    public override void AbortOnMailbox()
    {
        _exchange.Lifetime.Abort();
        CloseOnMailbox();
    }

    void IMailboxWork.RunOnMailbox(long argument)
    {
        switch ((Work)argument)
        {
            case Work.Written:
                WrittenOnMailbox();
                break;
            case Work.Aborted when !_answered && !_leftToUpgrade:
                EndOnMailbox(GivenUp("The client gave the request up before its answer was complete.", null));
                break;
            case Work.EndEmpty when MayWrite && !_headSent && _writer.IsOnlyHead:
                _writer.EndEmpty();
                FlushOnMailbox();
                break;
        }
    }

    private async Task RunAsync()
    {
        // What follows is told by a turn of its own, never inside the call that starts it.
        await Task.Yield();
        TransportFailure? failure = null;
        try
        {
            _exchange.LimitBody(_plan.MaxBodyBytes);
            using var aborted = _exchange.Lifetime.RequestAborted.UnsafeRegister(static state => ((HttpServerTransport)state!).Post(Work.Aborted), this);
            using (await _entry)
                BeginOnMailbox();
            if (_leftToUpgrade)
                return;
            failure = await ReceiveAsync().ConfigureAwait(false);
            if (failure is null)
                await _over.Task.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            failure = Explain(error);
        }

        using (await _entry)
            EndOnMailbox(failure);
        try
        {
            await FinishAnswerAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // The client has gone meanwhile, or the answer cannot be ended as it should be. Either way it is over, and the stream is told.
            _failure ??= Explain(error);
            _exchange.Lifetime.Abort();
        }

        using (await _entry)
            _setup.Sink.ClosedOnMailbox(this, _answered ? null : _failure);
    }

    private void BeginOnMailbox()
    {
        // The stream let it go, or the client went before anybody was asked.
        if (_letGo || _ended)
            return;
        _setup.Metadata.ClearReceivedOnMailbox();
        var received = _received.PublishHeadOnMailbox();
        _setup.Sink.ConnectedOnMailbox(this);
        if (_letGo)
            return;
        BeginPartsOnMailbox();
        if (_ended)
            return;
        _told = true;
        _setup.Sink.ServerTransactionOnMailbox(this);
        if (_agreed is not null && MayWrite && _status < LeastRefusal)
        {
            _leftToUpgrade = true;
            _agreed(received);
            return;
        }

        if (MayWrite)
            _setup.Sink.WritableOnMailbox(this, due: false);

        // An upgrade that is refused is answered now, with a body where one was asked for.
        if (_agreed is not null && MayWrite && !_headSent && _writer.Announced is null)
        {
            _writer.EndEmpty();
            FlushOnMailbox();
        }
    }

    /// <summary>It is over, for the first of the causes; the answer is completed or cut off by the loop.</summary>
    private void EndOnMailbox(TransportFailure? failure)
    {
        if (_ended)
            return;
        _failure ??= failure;
        _ended = true;
        _over.TrySetResult();
        WakeOnMailbox();
        try
        {
            _exchange.Body.CancelPendingRead();
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The client has gone, or was given up: the read under way fails by itself.
        }
    }

    private void WakeOnMailbox()
    {
        if (!_waiting)
            return;
        _waiting = false;
        _wake.Set();
    }

    private void Post(Work work) => _setup.Mailbox.Post(this, (long)work);
}
